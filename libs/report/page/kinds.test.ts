import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createReport, renderPage, type ReportData } from '../src/index.ts'
import { createMulticlassCounts } from '../src/multiclass-quality.ts'

/* The page of jobs that decide between several classes or nothing, in Debian's Chromium. */

// A browser on a machine that is at work takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const CHROMIUM = '/usr/bin/chromium'
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run']
const facts = {
  ...{ jobId: 'j-kinds', state: 'succeeded', endpoint: 'iris', variants: { blue: 1 } },
  ...{ dataset: 's3://in/rows.csv', invocations: 1, outputs: [] },
  ...{ createdAt: 1_790_000_000, startedAt: 1_790_000_000, endedAt: 1_790_000_000 },
}

/** A row of each class, found as what it is. */
function reportOf(classes: number): ReportData {
  const labels = Array.from({ length: classes }, (_, index) => `class ${index}`)
  const report = createReport({ kind: 'multiclass', threshold: 0.5, labels })
  report.add({ scores: new Float64Array(classes).fill(0.5), classes: labels, failures: [] })
  const counts = createMulticlassCounts()
  for (const label of labels) counts.add(label, label)
  return report.finish(facts, { quality: counts.finish() })
}

function reportOfNumbers(scores: readonly number[]): ReportData {
  const report = createReport({ kind: 'none', threshold: 0.5, labels: [] })
  report.add({ scores: Float64Array.from(scores), failures: [] })
  return report.finish(facts)
}

describe.skipIf(!existsSync(CHROMIUM))('the report page of other kinds', () => {
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-kinds-'))
    browser = await chromium.launch({ executablePath: CHROMIUM, args })
  })
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function open(data: ReportData): Promise<Page> {
    const path = join(folder, 'report.html')
    await writeFile(path, renderPage(data))
    const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } })
    await page.goto(pathToFileURL(path).href)
    await page.locator('#accounting').waitFor()
    return page
  }

  const places = async (page: Page, selector: string) =>
    await page.locator(selector).evaluateAll((all) => all.map((one) => one.getBoundingClientRect()))

  test.for([
    [3, 'beside'],
    [40, 'below'],
  ] as const)('of %i classes, bars and tables stand %s what is first', async ([classes, where]) => {
    const page = await open(reportOf(classes))
    for (const section of ['#predictions', '#quality']) {
      const [first, second] = await places(page, `${section} .charts > *`)
      const isBelow = (second?.top ?? 0) >= (first?.bottom ?? 0)
      expect([section, isBelow ? 'below' : 'beside']).toEqual([section, where])
    }
    await page.close()
  })

  test('of many classes, a row of the matrix scrolls beside its name', async () => {
    const page = await open(reportOf(40))
    await page.setViewportSize({ width: 390, height: 844 })
    const matrix = page.locator('#quality .scroll').first()
    const before = await places(page, '.matrix tbody tr:last-child th')
    const scrolled = await matrix.evaluate((element) => (element.scrollLeft = 400))
    expect(scrolled).toBe(400)
    expect(await places(page, '.matrix tbody tr:last-child th')).toEqual(before)
    await page.close()
  })

  test('of 30 classes on paper, no column of the matrix is cut off', async () => {
    const page = await open({ ...reportOf(30), classes: [] })
    await page.setViewportSize({ width: 718, height: 1_000 })
    await page.emulateMedia({ media: 'print' })
    const hidden = page.locator('#quality .scroll').first()
    expect(await hidden.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
    await page.close()
  })

  test('of predictions that are texts, says why nothing is drawn', async () => {
    const page = await open(reportOfNumbers([Number.NaN, Number.NaN]))
    expect(await page.locator('#predictions').textContent()).toBe(
      'PredictionsAll 2 predictions are no numbers, so there is nothing to draw; the result has them.',
    )
    await page.close()
  })

  test('of large numbers, tells them in threes; of no time, that it was little', async () => {
    const page = await open(reportOfNumbers([-19_982.25, 79_992.8]))
    expect(await page.locator('#predictions .metrics').textContent()).toBe(
      'scored2least-19,982mean30,005greatest79,993',
    )
    expect(await page.locator('header').textContent()).toContain('tookunder 1 s')
    await page.close()
  })
})
