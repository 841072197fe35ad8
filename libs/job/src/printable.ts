/**
 * What anybody may have written (a column's name, a message in a queue, a container's words), without what would speak
 * to the terminal: control characters, and those that turn the direction of writing.
 */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
