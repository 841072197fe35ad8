import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { pageScript } from './page.generated.ts'
import { renderConsole } from './render-console.ts'

const page = renderConsole()

test('the page holds one script and one style, its own', () => {
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page.match(/<\/script>/g)).toHaveLength(1)
  expect(page.match(/<style/g)).toHaveLength(1)
  expect(page.match(/<\/style>/g)).toHaveLength(1)
})

test('its policy names the script by its hash and lets it ask its server alone', () => {
  const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? []
  const hash = createHash('sha256').update(pageScript).digest('base64')
  expect(policy.split('; ')).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      `script-src 'sha256-${hash}'`,
      "connect-src 'self'",
    ]),
  )
  expect(policy).not.toContain('unsafe')
})

test('the page is the same each time', () => {
  expect(renderConsole()).toBe(page)
})
