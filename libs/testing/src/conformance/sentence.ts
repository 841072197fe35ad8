/** One thing that a service is held to: what is done, and what must come of it. */
export interface Sentence<Under> {
  /** In the present tense. */
  readonly title: string
  run(under: Under): Promise<unknown>
  readonly wanted: unknown
}

/** `ok`, or the name of the error that a call ended with. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'ok'
  } catch (error) {
    return (error as Error).name
  }
}
