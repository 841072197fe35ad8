/**
 * The text of a job's first prediction, in row order; empty when every row has failed. Reads as few
 * parts as it can.
 */
export async function firstPrediction(
  parts: AsyncIterable<{ readonly predictions: Buffer }>,
): Promise<string> {
  for await (const { predictions } of parts) {
    const line = predictions
      .toString('utf8')
      .split('\n')
      .find((text) => text !== '')
    if (line !== undefined) return line
  }
  return ''
}
