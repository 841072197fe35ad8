/**
 * A text that no spreadsheet takes for a formula, which it does of one that begins with one of these (OWASP,
 * "CSV Injection"). An apostrophe before it makes it a text; one that is there already is doubled, so that a
 * reader who takes one leading apostrophe away has the text back.
 */
export const guarded = (text: string): string => (/^[=+\-@\t\r\n']/.test(text) ? `'${text}` : text)

/** The text that was guarded. */
export const unguarded = (text: string): string => (text.startsWith("'") ? text.slice(1) : text)
