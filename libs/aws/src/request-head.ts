/**
 * The head of a POST, with the empty line at its end. Headers are name, value, name, value, …
 *
 * @throws {TypeError} for what would not be one line, or no header: what is sent must be what was signed.
 */
export function requestHead(path: string, headers: readonly string[], bodyBytes: number): string {
  if (!PATH.test(path)) throw new TypeError(`path: wanted visible ASCII, got ${show(path)}`)
  let head = `POST ${path} HTTP/1.1\r\n`
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1] ?? ''
    if (!VALUE.test(value)) throw new TypeError(`${headers[at]}: wanted text, got ${show(value)}`)
    head += `${headers[at]}: ${value}\r\n`
  }
  return `${head}content-length: ${bodyBytes}\r\n\r\n`
}

const PATH = /^[!-~]+$/
/** https://www.rfc-editor.org/rfc/rfc9110.html#section-5.5 */
const VALUE = /^[\t -~\x80-\xff]*$/

const show = (text: string): string => JSON.stringify(text.slice(0, 80))
