import { describe, expect, test } from 'vitest'
import { endedJob, jobAnswer, NOW, RUNNING } from './console.fixture.ts'
import {
  button,
  focused,
  hasChromium,
  type Opened,
  type Opening,
  pathsOf,
  posted,
  useConsole,
} from './open-console.fixture.ts'
import { refused } from './stub-server.fixture.ts'

describe.skipIf(!hasChromium)('the page of a job', () => {
  const open = useConsole()

  async function openJob(answers: Opening['answers'] = {}): Promise<Opened> {
    const opened = await open({ answers })
    await opened.go(`#/jobs/${RUNNING}`)
    await opened.page.locator('#facts').waitFor()
    return opened
  }

  test('shows where it is, and after two looks its rate', async () => {
    const first = Promise.withResolvers<void>()
    let recorded = 5_132
    await using opened = await openJob({
      // The page's time goes on by itself: the second look waits until the first has been read.
      [`GET /api/jobs/${RUNNING}`]: async () => {
        if (recorded > 5_132) await first.promise
        return jobAnswer((recorded += 100))
      },
    })
    const { page } = opened
    const tiles = page.locator('.tiles')
    expect(await page.locator('h1 + .state').textContent()).toBe('running')
    expect(await tiles.textContent()).toContain('rows done5,232,000of 12,400,000')
    expect(await tiles.textContent()).toContain('rows a second–')
    expect(await page.locator('.map > i').count()).toBe(1_772)
    expect(await page.locator('.map').getAttribute('aria-label')).toContain('12,400 batches')
    first.resolve()
    await page.clock.runFor(2_000)
    await expect.poll(() => tiles.textContent()).toMatch(/rows a second\d\d,\d{3}lately/)
    expect(await tiles.textContent()).toMatch(/time left\d min \d\d sat this rate/)
    expect(await page.title()).toBe(`43.0 % ${RUNNING} · Millrace`)
  })

  test('tells of a square which batches it stands for', async () => {
    await using opened = await openJob()
    const { page } = opened
    const square = page.locator('.map > .failed').first()
    expect(await square.getAttribute('title')).toBe(
      'batches 1,211 to 1,217: 7 of 7 recorded, 12 failed rows',
    )
    await square.click()
    expect(await page.locator('.readout').textContent()).toContain('12 failed rows')
  })

  test('offers its verbs, and says what they said', async () => {
    const paused = { ...jobAnswer(), state: 'paused', verbs: ['resume', 'adjust', 'cancel'] }
    await using opened = await openJob({
      [`POST /api/jobs/${RUNNING}/pause`]: () => {
        stub.answers.set(`GET /api/jobs/${RUNNING}`, paused)
        return { said: `${RUNNING} is paused` }
      },
    })
    const { page, stub } = opened
    expect(await page.locator('.controls button').allTextContents()).toEqual([
      'Pause',
      'Adjust …',
      'Cancel …',
    ])
    // No time passes any more, so that the look after it is not that of the next poll.
    await page.clock.pauseAt((NOW + 3_600) * 1_000)
    await button(page, 'Pause').click()
    await button(page, 'Resume').waitFor()
    expect(await page.locator('.controls [role=status]').textContent()).toBe(`${RUNNING} is paused`)
    expect(posted(stub)).toEqual([{ path: `/api/jobs/${RUNNING}/pause`, body: {} }])
  })

  test('is cancelled by a second click, and not by the first', async () => {
    await using opened = await openJob({
      [`POST /api/jobs/${RUNNING}/cancel`]: { said: `${RUNNING} is cancelled` },
    })
    const { page, stub } = opened
    await button(page, 'Cancel …').click()
    await page.keyboard.press('Escape')
    expect(await button(page, 'Cancel the job').count()).toBe(0)
    expect(await focused(page)).toBe('Cancel …')
    await button(page, 'Cancel …').click()
    expect(await focused(page)).toBe('Keep it')
    expect(posted(stub)).toEqual([])
    await button(page, 'Cancel the job').click()
    await page.getByText('is cancelled').waitFor()
    expect(posted(stub)).toEqual([{ path: `/api/jobs/${RUNNING}/cancel`, body: {} }])
  })

  test('is adjusted in what is named alone', async () => {
    await using opened = await openJob({
      [`POST /api/jobs/${RUNNING}/adjust`]: { said: 'tolerates any number of failed rows' },
    })
    const { page, stub } = opened
    await button(page, 'Adjust …').click()
    await button(page, 'Adjust the job').click()
    await page.getByText('There is nothing to change yet').waitFor()
    await page.getByLabel('Invocations in flight').fill('0')
    await button(page, 'Adjust the job').click()
    expect(posted(stub)).toEqual([])
    await page.getByLabel('Invocations in flight').fill('8')
    await page.getByLabel('no limit').first().check()
    await page.getByLabel('Failed rows in percent').fill('0.5')
    await button(page, 'Adjust the job').click()
    await page.getByText('tolerates any number').waitFor()
    expect(posted(stub).map(({ body }) => body)).toEqual([
      { concurrency: 8, failedRowsMax: 'none', failedRowsPercentMax: 0.5 },
    ])
  })

  test('tells what was refused, and what to do about it', async () => {
    await using opened = await openJob({
      [`POST /api/jobs/${RUNNING}/pause`]: refused('it has ended', 'millrace list shows others'),
    })
    const { page } = opened
    await button(page, 'Pause').click()
    expect(await page.getByRole('alert').textContent()).toBe(
      'it has ended→ millrace list shows others',
    )
  })

  test('shows its failed rows by reason when asked', async () => {
    await using opened = await openJob()
    const { page, stub } = opened
    expect(pathsOf(stub)).not.toContain(`GET /api/jobs/${RUNNING}/failures`)
    await page.locator('#failed-rows').getByRole('button').click()
    const groups = page.locator('#failed-rows summary')
    await groups.first().waitFor()
    expect(await groups.allTextContents()).toEqual(['model_error 41 rows', 'no_prediction 3 rows'])
    expect(await page.locator('#failed-rows .more').textContent()).toContain(
      `millrace get ${RUNNING} --where-failed`,
    )
  })

  test('shows messages set aside when asked', async () => {
    await using opened = await openJob()
    const { page, stub } = opened
    const section = page.locator('#set-aside')
    expect(await section.textContent()).toContain('2 messages for its batches were set aside')
    expect(pathsOf(stub).join()).not.toContain('letters')
    await section.getByRole('button', { name: 'batches' }).click()
    await section.getByRole('table').waitFor()
    expect(pathsOf(stub)).toContain(`GET /api/letters/batches?job=${RUNNING}`)
  })

  test('that waits or has failed says why beside its state', async () => {
    await using opened = await openJob()
    const { page, stub } = opened
    const why = page.locator('.heading + .why')
    expect(await why.textContent()).toMatch(/^It waits: batches were given back undone .*throttled/)
    const failure = 'invoke churn-v3: endpoint_not_found (endpoint_not_found)'
    stub.answers.set(`GET /api/jobs/${RUNNING}`, { ...endedJob(RUNNING), state: 'failed', failure })
    await page.clock.runFor(2_000)
    await expect.poll(() => why.textContent()).toBe(failure)
  })

  test('has its deadline moved, and to no time that is none', async () => {
    await using opened = await openJob({
      [`POST /api/jobs/${RUNNING}/adjust`]: { said: 'to have ended by 2026-09-22T06:00:00Z' },
    })
    const { page, stub } = opened
    await button(page, 'Adjust …').click()
    const deadline = page.getByLabel('To have ended by')
    expect(await deadline.getAttribute('placeholder')).toBe('2026-09-21T18:08:08Z')
    for (const none of ['tomorrow', '4', '2026-09-22', '06:00']) {
      await deadline.fill(none)
      await button(page, 'Adjust the job').click()
    }
    expect(posted(stub)).toEqual([])
    await deadline.fill('2026-09-22T06:00Z')
    await button(page, 'Adjust the job').click()
    await page.getByText('to have ended by 2026-09-22').waitFor()
    expect(posted(stub).map(({ body }) => body)).toEqual([{ deadline: '2026-09-22T06:00Z' }])
  })

  test('once ended, offers nothing and is looked at once', async () => {
    await using opened = await openJob({ [`GET /api/jobs/${RUNNING}`]: endedJob(RUNNING) })
    const { page, stub } = opened
    await page.clock.runFor(10_000)
    expect(pathsOf(stub).filter((path) => path.endsWith(RUNNING))).toHaveLength(1)
    expect(await page.locator('.controls button').count()).toBe(0)
    expect(await page.locator('.tiles').textContent()).not.toContain('time left')
  })

  test('whose run was stopped says what continues it, and promises no time', async () => {
    const idle = { ...jobAnswer(), idle: 'the same millrace run continues it' }
    await using opened = await openJob({ [`GET /api/jobs/${RUNNING}`]: idle })
    const { page } = opened
    await page.getByText('No run is at work on it: the same millrace run continues it.').waitFor()
    expect(await page.locator('.tiles').textContent()).not.toContain('time left')
  })

  test('a job that is not there is told in the server’s words', async () => {
    await using opened = await open()
    await opened.go('#/jobs/j-none')
    const alert = opened.page.getByRole('alert')
    await expect.poll(() => alert.textContent()).toBe('nothing at /api/jobs/j-none')
  })

  test('keeps the focus through looks', async () => {
    await using opened = await openJob()
    const { page, stub } = opened
    await button(page, 'Adjust …').focus()
    const before = stub.asked.length
    await page.clock.runFor(2_000)
    await expect.poll(() => stub.asked.length).toBeGreaterThan(before)
    expect(await focused(page)).toBe('Adjust …')
  })
})
