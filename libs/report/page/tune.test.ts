import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { renderTunePage } from '../src/render-tune-page.ts'
import type { TuneCell } from '../src/tune-data.ts'

const CHROMIUM = '/usr/bin/chromium'
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking']

const tried = (rows: number, concurrency: number, rowsPerSecond: number): TuneCell => ({
  kind: rowsPerSecond === 0 ? 'throttled' : 'measured',
  rows,
  concurrency,
  rowsPerSecond,
  p50Ms: 20,
  p95Ms: 30,
})
const best = tried(1_000, 4, 180_000)

test.skipIf(!existsSync(CHROMIUM))(
  'the page of a tuned endpoint draws what was tried, and asks nobody',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-tune-'))
    const path = join(folder, 'tune.html')
    const failed = { ...tried(100, 4, 0), kind: 'failed', reason: 'model_failed' } as const
    const cells = [tried(100, 1, 5_000), tried(1_000, 1, 48_000), best, tried(1_000, 8, 0), failed]
    const facts = { endpoint: 'churn </script>', shareOfEndpoint: 1, perMillionRows: 0.004 }
    await writeFile(path, renderTunePage({ ...facts, cells, best }))
    const browser = await chromium.launch({ executablePath: CHROMIUM, args })
    try {
      const page = await browser.newPage()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      page.on('console', (message) => asked.push(message.text()))
      const url = pathToFileURL(path).href
      await page.goto(url)
      await page.waitForSelector('svg text')
      expect(asked).toEqual([url])
      expect(await page.textContent('h1')).toBe('churn </script>')
      const texts = await page.locator('svg text').allTextContents()
      expect(texts).toEqual(expect.arrayContaining(['180K', '48K', '5K', 'throttled', 'failed']))
      expect(await page.locator('svg title').allTextContents()).toEqual(
        expect.arrayContaining([
          '100 rows, 4 in flight: failed (model_failed)',
          '1,000 rows, 4 in flight: 180,000 rows a second, half of the invocations within 20 ms, 95 % within 30 ms',
        ]),
      )
      expect(await page.locator('svg').count()).toBeGreaterThanOrEqual(3)
    } finally {
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
)
