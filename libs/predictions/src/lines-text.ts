/**
 * Lines of predictions one by one. Latin-1 gives each byte back as it was, whatever the text's encoding; so these
 * are to be rearranged and joined again, not to be read.
 */
export const splitLines = (predictions: Buffer): string[] =>
  predictions.toString('latin1').split('\n')

/** The reverse of `splitLines`. */
export const joinLines = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.join('\n'), 'latin1')
