import type { Context } from 'hono'
import type { World } from '../world.ts'

/** Nobody waits for the answer any more when the page is closed, or the console. */
export const signalOf = ({ req }: Context, { stop }: World): AbortSignal =>
  AbortSignal.any([stop, req.raw.signal])

/** The same world for what is only told: a verb is done to its end, whoever closes the page. */
export const worldOf = (context: Context, world: World): World => ({
  ...world,
  stop: signalOf(context, world),
})
