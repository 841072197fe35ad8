/**
 * A text that no spreadsheet takes for a formula, which it does of one that begins with one of these (OWASP,
 * "CSV Injection" and ASVS 1.2.10; with those of full width where the language has such). An apostrophe before it
 * makes it a text; one that is there already is doubled, so that a reader who takes one leading apostrophe away has
 * the text back.
 */
export const guarded = (text: string): string => (FIRST.has(text.charAt(0)) ? `'${text}` : text)

const FIRST: ReadonlySet<string> = new Set("=+-@\t\r\n\0'\uFF1D\uFF0B\uFF0D\uFF20")

/** The text that was guarded. */
export const unguarded = (text: string): string => (text.startsWith("'") ? text.slice(1) : text)
