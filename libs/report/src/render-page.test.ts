import { expect, test } from 'vitest'
import { flightsReport } from './flights.fixture.ts'
import { readPage, renderPage, renderPageBytes } from './render-page.ts'

test('a page gives back the data that it was made of', () => {
  const data = flightsReport()
  expect(readPage(renderPage(data))).toEqual(data)
})

test('the bytes of a page are those of its text', () => {
  for (const data of [flightsReport(), { ...flightsReport(), endpoint: 'größer</script>' }]) {
    expect(renderPageBytes(data).equals(Buffer.from(renderPage(data)))).toBe(true)
  }
})

test('a page holds no other script than its own two elements', () => {
  const page = renderPage(flightsReport())
  expect(page.match(/<script/g)).toHaveLength(2)
  expect(page.match(/<\/script>/g)).toHaveLength(2)
  expect(page).toContain(`default-src 'none'; script-src 'sha256-`)
})

test.for(['', '<html></html>', '<script type="application/json" id="report">{</script>'])(
  'from %j no data is read',
  (html) => {
    expect(() => readPage(html)).toThrow(/page_unreadable/)
  },
)
