import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { everything, NOW } from './console.fixture.ts'
import { type Answered, type Stub, startStub } from './stub-server.fixture.ts'

/* The page in Debian's Chromium. With MILLRACE_SCREENSHOTS=<folder> the pictures are kept to look at. */

const CHROMIUM = '/usr/bin/chromium'
export const hasChromium = existsSync(CHROMIUM)
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
]

/** A browser for the tests of a file; each opens its own console in it. */
export function useConsole(): (opening?: Opening) => Promise<Opened> {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: quiet })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
  })
  return async (opening) => await openConsole(browser, opening)
}

/** A page of the console, and the server behind it. */
export interface Opened extends AsyncDisposable {
  readonly page: Page
  readonly stub: Stub
  /** Whatever it asked others for, said or complained about. */
  readonly seen: string[]
  /** Goes to another view, as a link does. */
  go(hash: string): Promise<void>
}

export interface Opening {
  /** In place of those that the fixture has. */
  readonly answers?: Readonly<Record<string, Answered>>
  readonly options?: BrowserContextOptions
  /** The fragment that it is opened with: that with the key unless given. */
  readonly hash?: string
}

async function openConsole(
  browser: Browser,
  { answers = {}, options = {}, hash = '#key=c0ffee' }: Opening = {},
): Promise<Opened> {
  const stub = await startStub({ ...everything(), ...answers })
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const seen: string[] = []
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${stub.url}/`)) seen.push(url)
  })
  page.on('console', (message) => seen.push(message.text()))
  page.on('pageerror', (error) => seen.push(error.message))
  page.on('dialog', (dialog) => {
    seen.push(dialog.message())
    void dialog.dismiss()
  })
  await page.clock.install({ time: NOW * 1_000 })
  await page.goto(`${stub.url}/${hash}`)
  await page.locator('main').waitFor()
  return {
    page,
    stub,
    seen,
    go: async (to) => {
      await page.evaluate((to) => {
        location.hash = to
      }, to)
    },
    [Symbol.asyncDispose]: async () => {
      await context.close()
      await stub[Symbol.asyncDispose]()
    },
  }
}

export const button = (page: Page | Locator, name: string): Locator =>
  page.getByRole('button', { name, exact: true })

/** What the focus is on. */
export const focused = async (page: Page): Promise<string | null | undefined> =>
  await page.evaluate(() => document.activeElement?.textContent)

/** What was asked of the server, such as `GET /api/jobs`. */
export const pathsOf = ({ asked }: Stub): string[] =>
  asked.map(({ method, path }) => `${method} ${path}`)

/** What it was asked to do. */
export const posted = ({ asked }: Stub): { readonly path: string; readonly body: unknown }[] =>
  asked.filter(({ method }) => method === 'POST').map(({ path, body }) => ({ path, body }))

/** Keeps a picture where MILLRACE_SCREENSHOTS wants them. */
export async function keep(name: string, page: Page): Promise<void> {
  const folder = process.env['MILLRACE_SCREENSHOTS']
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), await page.screenshot({ fullPage: true }))
}
