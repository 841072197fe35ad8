import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { jobsAnswer, MARKUP, NOW, REASON, RUNNING } from './console.fixture.ts'
import { button, hasChromium, keep, pathsOf, useConsole } from './open-console.fixture.ts'

const JOB = `#/jobs/${RUNNING}`

describe.skipIf(!hasChromium)('the console page', () => {
  const open = useConsole()

  describe('its key', () => {
    test('leaves the address and goes with each request', async () => {
      await using opened = await open()
      const { page, stub, seen } = opened
      await page.getByRole('table').waitFor()
      expect(page.url()).toBe(`${stub.url}/#/`)
      await page.reload()
      await page.getByRole('table').waitFor()
      expect(stub.asked.map(({ authorization }) => authorization)).toEqual([
        'Bearer c0ffee',
        'Bearer c0ffee',
      ])
      expect(seen).toEqual([])
    })

    test('when missing, is asked for, and nothing else', async () => {
      await using opened = await open({ hash: '' })
      const { page, stub } = opened
      expect(await page.locator('main').textContent()).toContain('holds the key to this page')
      await page.clock.runFor(20_000)
      expect(stub.asked).toEqual([])
    })

    test('when wrong, is asked for and forgotten', async () => {
      await using opened = await open({ hash: '#key=0bad' })
      const { page, stub } = opened
      await page.getByText('holds the key to this page').waitFor()
      await page.clock.runFor(20_000)
      await page.reload()
      expect(await page.locator('main').textContent()).toContain('holds the key to this page')
      expect(pathsOf(stub)).toEqual(['GET /api/jobs'])
    })

    test('in a new address of the same tab, takes the place of the old', async () => {
      await using opened = await open({ hash: '#key=0bad' })
      const { page } = opened
      await page.getByText('holds the key to this page').waitFor()
      await opened.go('#key=c0ffee')
      await page.getByRole('table').waitFor()
      expect(page.url()).not.toContain('key')
    })
  })

  describe('the jobs', () => {
    const names = async (page: Page): Promise<(string | null)[]> =>
      await page.locator('tbody tr:not(.group) .state').allTextContents()

    test('are grouped, those under way first', async () => {
      await using opened = await open()
      const { page } = opened
      await page.getByRole('table').waitFor()
      expect(await page.locator('.group th').allTextContents()).toEqual([
        'Under way 4',
        'Ended 4',
        'Cannot be read 1',
      ])
      const row = page.getByRole('row').filter({ hasText: RUNNING })
      expect(await row.getByRole('cell').allTextContents()).toEqual([
        'running',
        RUNNING,
        'churn-v3',
        '12,400,000',
        '42.1 %',
        '214',
        '5 min ago',
        `${jobsAnswer.jobs[0]?.dataset}It waits: ${REASON}`,
      ])
      expect(await page.getByText('5 min ago').getAttribute('title')).toBe(
        '2026-09-21 14:08:08 UTC',
      )
    })

    test('are filtered by state and by text', async () => {
      await using opened = await open()
      const { page } = opened
      await button(page, 'paused 1').click()
      expect(await names(page)).toEqual(['paused'])
      await button(page, 'paused 1').click()
      await page.getByRole('searchbox').fill('CHURN')
      expect(await names(page)).toEqual(['running', 'aggregating', 'succeeded'])
      await page.getByRole('searchbox').fill('no such thing')
      expect(await page.locator('main').textContent()).toContain('No job is like that.')
    })

    test('keep their filter while one of them is looked at', async () => {
      await using opened = await open()
      const { page } = opened
      await page.getByRole('searchbox').fill('churn-v3')
      await page.getByRole('link', { name: RUNNING }).click()
      await page.locator('#facts').waitFor()
      await page.goBack()
      expect(await names(page)).toEqual(['running'])
    })

    test('when there are none, are told so', async () => {
      await using opened = await open({
        answers: { 'GET /api/jobs': { place: '/home/you/.millrace', hasLetters: false, jobs: [] } },
      })
      const { page } = opened
      await page.getByText('No job is under way here').waitFor()
      expect(await page.getByRole('link', { name: 'Dead letters' }).count()).toBe(0)
    })

    test('are looked at each five seconds, and not while hidden', async () => {
      await using opened = await open()
      const { page, stub } = opened
      await page.getByRole('table').waitFor()
      await page.clock.runFor(5_000)
      await expect.poll(() => stub.asked.length).toBe(2)
      await page.clock.pauseAt((NOW + 3_600) * 1_000)
      await hide(page, true)
      await page.clock.runFor(60_000)
      const before = stub.asked.length
      await page.clock.runFor(60_000)
      expect(stub.asked).toHaveLength(before)
      await hide(page, false)
      await expect.poll(() => stub.asked.length).toBe(before + 1)
    })
  })

  describe('strangers', () => {
    test('may say what they like: it stays text', async () => {
      await using opened = await open()
      const { page, seen } = opened
      await page.getByText(MARKUP).first().waitFor()
      await opened.go(JOB)
      await page.locator('#failed-rows').getByRole('button').click()
      await page.locator('#failed-rows summary').last().click()
      await page.getByText(MARKUP).first().waitFor()
      await opened.go('#/letters')
      await button(page, 'Show').first().click()
      await page.locator('.message').last().getByText(MARKUP).waitFor()
      expect(await page.locator('img').count()).toBe(0)
      expect(seen).toEqual([])
    })

    test('run no script, and make no markup of a text', async () => {
      await using opened = await open()
      const { page } = opened
      const refused = await page.evaluate((markup) => {
        const attempts = [
          () => document.body.insertAdjacentHTML('beforeend', markup),
          () => {
            document.createElement('script').textContent = 'document.title = "owned"'
          },
          () => {
            const button = document.createElement('button')
            button.setAttribute('onclick', 'document.title = "owned"')
            button.click()
          },
        ]
        return attempts.map((attempt) => {
          try {
            attempt()
            return document.title
          } catch (error) {
            return (error as Error).name
          }
        })
      }, MARKUP)
      expect(refused.slice(0, 2)).toEqual(['TypeError', 'TypeError'])
      expect([await page.locator('img').count(), await page.title()]).toEqual([0, 'Millrace'])
    })
  })

  test('while its server is away, says so and shows what it knew', async () => {
    await using opened = await open()
    const { page, stub } = opened
    const banner = page.getByText('The console does not answer. It ends with its terminal.')
    await page.getByRole('table').waitFor()
    await stub.stop()
    await page.clock.runFor(5_000)
    await banner.waitFor()
    expect(await page.getByRole('row').count()).toBeGreaterThan(9)
    await stub.start()
    await page.clock.runFor(10_000)
    await banner.waitFor({ state: 'detached' })
  })

  test.for([
    {
      name: 'light',
      paper: 'rgb(255, 255, 255)',
      options: { viewport: { width: 1_280, height: 900 } },
    },
    {
      name: 'dark',
      paper: 'rgb(16, 21, 28)',
      options: { viewport: { width: 1_280, height: 900 }, colorScheme: 'dark' },
    },
    {
      name: 'tablet',
      paper: 'rgb(255, 255, 255)',
      options: { viewport: { width: 900, height: 1_000 } },
    },
    {
      name: 'phone',
      paper: 'rgb(255, 255, 255)',
      options: { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true },
    },
  ] as const)('on $name, nothing sticks out of any view', async ({ name, paper, options }) => {
    await using opened = await open({ options })
    const { page } = opened
    const width = async (view: string): Promise<number> => {
      await keep(`${view}-${name}.png`, page)
      return await page.evaluate(() => document.documentElement.scrollWidth)
    }
    await page.getByText('Under way').waitFor()
    const widths = [await width('jobs')]
    await opened.go(JOB)
    await page.locator('#failed-rows').getByRole('button').click()
    await page.locator('#set-aside').getByRole('button', { name: 'batches' }).click()
    await page.locator('#set-aside').getByText('model_failed').waitFor()
    await button(page, 'Adjust …').click()
    widths.push(await width('job'))
    await opened.go('#/letters')
    await button(page, 'Show').first().click()
    await page.locator('.message').last().waitFor()
    await button(page, 'Discard …').last().click()
    widths.push(await width('letters'))
    expect(Math.max(...widths)).toBeLessThanOrEqual(options.viewport.width)
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(paper)
  })
})

async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}
