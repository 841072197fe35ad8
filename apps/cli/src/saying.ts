import { EXIT } from './exit-code.ts'
import type { Act, World } from './world.ts'

/** A verb that is done when it has said what it did. */
export type Say<Options> = (options: Options, world: World) => Promise<string>

/** The same on the command line. */
export function saying<Options>(say: Say<Options>): Act<Options> {
  return async (options, world) => {
    world.stdout.write(`${await say(options, world)}\n`)
    return EXIT.succeeded
  }
}
