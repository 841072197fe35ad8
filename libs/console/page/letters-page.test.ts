import { describe, expect, test } from 'vitest'
import { MARKUP, RUNNING } from './console.fixture.ts'
import {
  button,
  hasChromium,
  type Opened,
  type Opening,
  pathsOf,
  posted,
  useConsole,
} from './open-console.fixture.ts'

describe.skipIf(!hasChromium)('dead letters', () => {
  const open = useConsole()

  async function openLetters(answers: Opening['answers'] = {}): Promise<Opened> {
    const opened = await open({ answers })
    await opened.page.getByRole('link', { name: 'Dead letters' }).click()
    await opened.page.getByRole('table').waitFor()
    return opened
  }

  test('are read when asked for, and never again by themselves', async () => {
    await using opened = await openLetters()
    const { page, stub } = opened
    expect(await page.getByRole('main').textContent()).toContain('27 messages in the dead-letter')
    await page.clock.runFor(60_000)
    await button(page, 'jobs').click()
    await page.getByText('Nothing is set aside in the dead-letter queue of jobs.').waitFor()
    expect(pathsOf(stub).filter((path) => path.includes('letters'))).toEqual([
      'GET /api/letters/batches',
      'GET /api/letters/jobs',
    ])
  })

  test('tell of one reason, and how many others there are', async () => {
    await using opened = await openLetters()
    const reasons = await opened.page.locator('.reason-cell').allTextContents()
    expect(reasons[0]).toMatch(/status 500$/)
    expect(reasons[1]).toMatch(/cannot be cut, and 2 other reasons$/)
  })

  test('are shown with their rows and their bodies', async () => {
    await using opened = await openLetters()
    const { page } = opened
    await button(page, 'Show').first().click()
    const messages = page.locator('.message')
    await messages.first().waitFor()
    expect(await messages.first().textContent()).toContain('row 3,900,00081,2,0,n/a')
    expect(await messages.last().textContent()).toContain('not shown: the message names no batch')
    expect(await page.locator('pre').last().textContent()).toBe(MARKUP)
  })

  test('are published again at the rate that is wanted', async () => {
    await using opened = await openLetters({
      'POST /api/letters/batches/redrive': { said: '21 messages published again, 6 left' },
    })
    const { page, stub } = opened
    await button(page, 'Redrive …').first().click()
    expect(await page.getByLabel('Messages a second').inputValue()).toBe('50')
    await page.getByLabel('Messages a second').fill('5')
    await button(page, 'Redrive').click()
    await page.getByText('21 messages published again').waitFor()
    await expect
      .poll(() => pathsOf(stub).slice(-2))
      .toEqual(['POST /api/letters/batches/redrive', 'GET /api/letters/batches'])
    expect(posted(stub)[0]?.body).toEqual({ job: RUNNING, code: 'model_failed', rate: 5 })
  })

  test('are discarded by a second click that says how many', async () => {
    await using opened = await openLetters({
      'POST /api/letters/batches/discard': { said: '1 message deleted, 26 left' },
    })
    const { page, stub } = opened
    await button(page, 'Discard …').last().click()
    await page.getByText('Discard 1 message? It is deleted for good.').waitFor()
    expect(posted(stub)).toEqual([])
    await button(page, 'Discard 1 message').click()
    await page.getByText('1 message deleted').waitFor()
    expect(posted(stub)[0]?.body).toEqual({ job: '-', code: 'not_json', messages: 1 })
  })

  test('stay unread when the server is back, which is noticed', async () => {
    await using opened = await openLetters()
    const { page, stub } = opened
    await stub.stop()
    await button(page, 'Read again').click()
    await page.locator('.banner p').waitFor()
    await stub.start()
    await page.clock.runFor(10_000)
    await page.locator('.banner p').waitFor({ state: 'detached' })
    expect(pathsOf(stub).filter((path) => path.includes('letters'))).toHaveLength(1)
  })

  test('of runs are on the pages of their jobs', async () => {
    await using opened = await open({
      answers: { 'GET /api/jobs': { place: '/home/you/.millrace', hasLetters: false, jobs: [] } },
    })
    await opened.go('#/letters')
    await opened.page.getByText('Each run has dead letters of its own').waitFor()
    expect(await button(opened.page, 'batches').count()).toBe(0)
  })
})
