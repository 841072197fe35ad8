import type { ExitCode } from './exit-code.ts'

/** What a verb may touch of the process around it; `main.ts` makes it, tests make their own. */
export interface World {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** First ctrl-C or SIGTERM: stop cleanly. */
  readonly stop: AbortSignal
  /** Second one: stop now. */
  readonly abort: AbortSignal
}

/** What a verb does with its options, and what the command exits with. */
export type Act<Options> = (options: Options, world: World) => Promise<ExitCode>

/**
 * How a verb's command hands over to what it does. The code is loaded only then, so that `--help` and
 * a misspelt option answer at once.
 */
export type Perform = <Options>(
  load: () => Promise<Act<Options>>,
  options: Options,
) => Promise<void>
