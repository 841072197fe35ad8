import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { flights, flightsReport } from '../src/flights.fixture.ts'
import type { BinaryQuality } from '../src/labelled-scores.ts'
import { renderPage } from '../src/render-page.ts'
import type { ReportData } from '../src/report-data.ts'

/* The page in Debian's Chromium. With MILLRACE_SCREENSHOTS=<folder> the pictures are kept to look at. */

// A browser on a machine that is at work takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const CHROMIUM = '/usr/bin/chromium'
const hasChromium = existsSync(CHROMIUM)
if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} (Debian's chromium)`)

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages of a context share a renderer, one after the other.
  '--process-per-site',
]
const scores = flights.scores.filter((_, row) => row !== 305 && row !== 306)
const above = (threshold: number): number => scores.filter((score) => score > threshold).length
const count = (value: number): string => value.toLocaleString('en-US')

describe.skipIf(!hasChromium)('the report page', () => {
  let browser: Browser
  let plain: BrowserContext
  let folder: string
  let url: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-report-'))
    const path = join(folder, 'report.html')
    await writeFile(path, renderPage(flightsReport()))
    url = pathToFileURL(path).href
    browser = await chromium.launch({ executablePath: CHROMIUM, args: quiet })
    plain = await browser.newContext()
  })
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  interface Opened extends AsyncDisposable {
    readonly page: Page
    /** Whatever it asked for, said or complained about. */
    readonly seen: string[]
  }

  async function open(options?: BrowserContextOptions): Promise<Opened> {
    const context = options === undefined ? plain : await browser.newContext(options)
    const page = await context.newPage()
    const seen: string[] = []
    page.on('request', (request) => seen.push(request.url()))
    page.on('websocket', (socket) => seen.push(socket.url()))
    page.on('console', (message) => seen.push(message.text()))
    page.on('pageerror', (error) => seen.push(error.message))
    page.on('dialog', (dialog) => {
      seen.push(dialog.message())
      void dialog.dismiss()
    })
    await page.goto(url)
    await page.locator('#accounting').waitFor()
    const close = () => (context === plain ? page : context).close()
    return { page, seen, [Symbol.asyncDispose]: close }
  }

  async function show(page: Page, data: ReportData): Promise<void> {
    const path = join(folder, 'other.html')
    await writeFile(path, renderPage(data))
    await page.goto(pathToFileURL(path).href)
    await page.locator('#accounting').waitFor()
  }

  const textOf = async (page: Page, selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? ''

  test('asks nobody for anything and says nothing on the console', async () => {
    await using opened = await open()
    await opened.page.getByRole('slider').fill('200')
    expect(opened.seen).toEqual([url])
  })

  test('of a retry, names the job that it retries and no rate of all rows', async () => {
    const data = flightsReport()
    const path = join(folder, 'retry.html')
    await writeFile(path, renderPage({ ...data, retryOf: 'j-before' }))
    await using opened = await open()
    const { page } = opened
    expect(await textOf(page, 'header')).toContain('rows a second')
    await page.goto(pathToFileURL(path).href)
    await page.locator('#accounting').waitFor()
    const header = await textOf(page, 'header')
    expect(header).toContain(`job ${data.jobId}, a retry of j-before`)
    expect(header).not.toContain('rows a second')
  })

  test('of a job of a second, names whole seconds on one line', async () => {
    const point = { rows: 10, batches: 1, throttles: 0, p50Ms: 20, p95Ms: 40 }
    const timeline = { bucketSeconds: 1, points: [{ ...point, at: 1_790_000_399 }] }
    const path = join(folder, 'second.html')
    await writeFile(path, renderPage({ ...flightsReport(), timeline }))
    await using opened = await open()
    const { page } = opened
    await page.goto(pathToFileURL(path).href)
    const labels = page.locator('#over-time [aria-label="x-axis tick label"] text')
    await expect.poll(() => labels.count()).toBe(4)
    expect(await labels.allTextContents()).toEqual(['14:19:59', '14:20:00', '14:19:59', '14:20:00'])
  })

  test('shows what the endpoint said as text, markup and all', async () => {
    await using opened = await open()
    expect(await textOf(opened.page, '#failures')).toContain('<img src=x onerror=alert(1)>')
    expect(await opened.page.locator('img').count()).toBe(0)
    expect(await opened.page.title()).toMatch(/^flights <\/script>/)
  })

  test('lets no script run but its own', async () => {
    await using opened = await open()
    await opened.page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "owned"'
      document.body.append(script)
    })
    expect(await opened.page.title()).not.toBe('owned')
    expect(opened.seen.join()).toContain('Content Security Policy')
  })

  test('at any threshold, counts the rows above it exactly', async () => {
    await using opened = await open()
    const { page } = opened
    expect(await textOf(page, '#rows-above')).toContain(`${count(above(0.5))} (`)
    for (const threshold of [0.2, 0.333, 0.05, 1, 0]) {
      await page.getByRole('spinbutton', { name: 'threshold' }).fill(String(threshold))
      await page.keyboard.press('Tab')
      expect(await textOf(page, '#rows-above')).toContain(`${count(above(threshold))} (`)
      expect(await textOf(page, '#rows-below')).toContain(
        `${count(scores.length - above(threshold))} (`,
      )
    }
  })

  test('with the slider moved, counts what the threshold makes of the labels', async () => {
    await using opened = await open()
    const { page } = opened
    const before = await page.locator('#predictions svg').first().innerHTML()
    await page.getByRole('slider').focus()
    for (let step = 0; step < 40; step += 1) await page.keyboard.press('ArrowLeft')
    const threshold = Number(await page.getByRole('spinbutton', { name: 'threshold' }).inputValue())
    const rows = flights.scores.map((score, row) => ({ score, late: flights.labels[row] === 1 }))
    const kept = rows.filter((_, row) => row !== 305 && row !== 306)
    const cells = [false, true].flatMap((late) =>
      [false, true].map((over) =>
        count(kept.filter((row) => row.late === late && row.score > threshold === over).length),
      ),
    )

    expect(threshold).toBeLessThan(0.5)
    expect(await page.locator('#quality .matrix td').allTextContents()).toEqual(cells)
    expect(await page.locator('#predictions svg').first().innerHTML()).not.toBe(before)
  })

  test('finds the cheapest threshold for the costs that were typed', async () => {
    await using opened = await open()
    const { page } = opened
    await page.getByLabel('cost of a false negative').fill('20')
    await page.locator('#least-cost').click()
    const threshold = Number(await page.getByRole('spinbutton', { name: 'threshold' }).inputValue())
    const costAt = (at: number): number =>
      flights.scores.reduce((cost, score, row) => {
        if (row === 305 || row === 306) return cost
        const late = flights.labels[row] === 1
        if (late === score > at) return cost
        return cost + (late ? 20 : 1)
      }, 0)
    const others = Array.from({ length: 1_001 }, (_, step) => costAt(step / 1_000))

    expect(costAt(threshold)).toBeLessThanOrEqual(Math.min(...others))
  })

  const unscored = { withoutScore: 12, withoutLabel: 1_500 }
  const binary = flightsReport().quality as BinaryQuality

  test.for<[string, ReportData['quality'] & object, string]>([
    ['two classes', { ...binary, ...unscored }, count(binary.positives + binary.negatives)],
    [
      'several classes',
      {
        ...{ kind: 'multiclass', rows: 3_000, accuracy: 1, macroF1: 1, ...unscored },
        classes: [{ label: 'a', rows: 3_000, precision: 1, recall: 1, f1: 1 }],
        confusion: [[3_000]],
      },
      '3,000',
    ],
    [
      'numbers',
      {
        ...{ kind: 'regression', rows: 3_000, r2: 1, sample: [[1, 1]], ...unscored },
        ...{ meanAbsoluteError: 0, rootMeanSquaredError: 0 },
      },
      '3,000',
    ],
  ])('of %s, tells which rows the labels say nothing about', async ([, quality, rows]) => {
    await using opened = await open()
    const { page } = opened
    await show(page, { ...flightsReport(), quality })
    const told = await page.locator('#quality .metrics').first().textContent()
    expect(told).toContain(`scored, with a label${rows}labelled, no score12no label1,500`)
  })

  test('of labels that are no two classes, says so', async () => {
    await using opened = await open()
    const { page } = opened
    expect(await page.locator('.doubt').count()).toBe(0)
    const quality = { ...binary, labels: { positive: '1', first: ['1', '17', '-3'] } }
    await show(page, { ...flightsReport(), quality })
    expect(await textOf(page, '#quality .doubt')).toContain('different values (1, 17, -3): rows')
  })

  test('of labels that have other names than the classes, says which is which', async () => {
    await using opened = await open()
    const { page } = opened
    const quality = { ...binary, labels: { positive: 'yes', first: ['no', 'yes'] } }
    await show(page, { ...flightsReport(), quality })
    const rows = `${count(binary.positives)} rows are yes by their label, which is late here`
    expect(await textOf(page, '#quality > p')).toContain(rows)
  })

  test('one of something is told as one, and much in threes', async () => {
    await using opened = await open()
    const { page } = opened
    const costs = { falsePositive: 1_000, falseNegative: 0 }
    await show(page, {
      ...flightsReport(),
      ...{ rows: { total: 1, predicted: 1, failed: 0 }, batches: 1, invocations: 1 },
      ...{ variants: { blue: 1 }, quality: { ...binary, positives: 1, costs } },
    })
    expect(await page.title()).toContain(': 1 row ·')
    expect(await textOf(page, 'header')).toMatch(/: 1 row.*invocations11 batchthrottles/)
    expect(await textOf(page, '#accounting')).toMatch(/batches1, by 1 invocation.*blue \(1 batch\)/)
    expect(await textOf(page, '#quality')).toMatch(/1 row is late.*the errors cost 57,000$/s)
  })

  test('at any width, the files are told on a few lines each and nothing is cut off', async () => {
    await using opened = await open()
    const { page } = opened
    const names = ['flights.errors.csv', 'transactions-2026-11-25T10-15-00Z-europe.csv.gz']
    const outputs = names.map((name) => ({ name, bytes: 419_430_400, sha256: 'd0'.repeat(32) }))
    await show(page, { ...flightsReport(), outputs })
    for (const [width, media] of [
      [375, 'screen'],
      [700, 'screen'],
      [718, 'print'],
      [1_000, 'screen'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ media })
      const cells = await page.locator('#accounting :is(td, th)').evaluateAll((all) =>
        all.map((cell) => {
          const scrolled = cell.closest('.scroll')
          const { fontSize, lineHeight } = getComputedStyle(cell)
          // A cell is as tall as its row is: what is in it tells how often it is broken.
          const text = document.createRange()
          text.selectNodeContents(cell)
          const { height } = text.getBoundingClientRect()
          return {
            lines: Math.round(height / Number.parseFloat(lineHeight)),
            ems: cell.clientWidth / Number.parseFloat(fontSize),
            hidden: scrolled === null ? 0 : scrolled.scrollWidth - scrolled.clientWidth,
          }
        }),
      )
      await keep(`files-${width}.png`, await page.locator('#accounting').screenshot())
      expect(cells.length).toBeGreaterThan(names.length * 2)
      const broken = cells.filter(({ lines }) => lines > 1)
      expect(Math.max(...cells.map(({ hidden }) => hidden)), `at ${width} px`).toBe(0)
      expect(Math.max(...cells.map(({ lines }) => lines)), `at ${width} px`).toBeLessThanOrEqual(6)
      // Room for twelve letters, where a text is broken at all.
      expect(Math.min(...broken.map(({ ems }) => ems)), `at ${width} px`).toBeGreaterThan(7)
    }
  })

  test.for([
    {
      name: 'desktop',
      paper: 'rgb(255, 255, 255)',
      options: { viewport: { width: 1_200, height: 900 } },
    },
    {
      name: 'dark',
      paper: 'rgb(16, 21, 28)',
      options: { viewport: { width: 1_200, height: 900 }, colorScheme: 'dark' },
    },
    {
      name: 'phone',
      paper: 'rgb(255, 255, 255)',
      options: { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true },
    },
    {
      name: 'print',
      paper: 'rgb(255, 255, 255)',
      options: { viewport: { width: 760, height: 1_000 }, colorScheme: 'dark' },
    },
  ] as const)(
    'on $name, every chart is drawn and nothing sticks out',
    async ({ name, paper, options }) => {
      await using opened = await open(options)
      const { page } = opened
      if (name === 'print') await page.emulateMedia({ media: 'print' })
      await expect.poll(() => page.locator('figure svg').count()).toBe(7)
      const layout = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        paper: getComputedStyle(document.body).backgroundColor,
        marks: [...document.querySelectorAll('figure svg')].map(
          (svg) => svg.querySelectorAll('path, rect, circle').length,
        ),
      }))
      await keep(`${name}.png`, await page.screenshot({ fullPage: true }))

      expect(layout.width).toBeLessThanOrEqual(options.viewport.width)
      expect(layout.paper).toBe(paper)
      expect(Math.min(...layout.marks)).toBeGreaterThan(0)
    },
  )
})

async function keep(name: string, picture: Buffer): Promise<void> {
  const folder = process.env['MILLRACE_SCREENSHOTS']
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), picture)
}
