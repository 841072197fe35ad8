import { printable } from '@millrace/job'

/** What a stranger may have sent or a container said, on one line of at most so many characters, and mute. */
export function oneLine(text: string, charsMax: number): string {
  const line = printable(text.replaceAll(/\s+/g, ' '))
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1)}…`
}
