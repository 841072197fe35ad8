import { type ErrorAnswer, renderConsole } from '@millrace/console'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { EXIT } from '../exit-code.ts'
import { toldOf } from '../told-of.ts'
import type { World } from '../world.ts'
import { refuseForeignHosts, sendSafely, wantKey } from './guard.ts'
import type { Deps } from './deps.ts'
import { jobRoutes } from './job-routes.ts'
import { letterRoutes } from './letter-routes.ts'
import { jobsAnswer } from './jobs-answer.ts'
import { signalOf } from './signal-of.ts'

/** The largest request names a job and a few numbers. */
const BODY_BYTES_MAX = 16 * 1024
const smallBodies = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: (context) =>
    context.json<ErrorAnswer>({ error: `wanted a body of ${BODY_BYTES_MAX} bytes at most` }, 413),
})

/** The console's server: its page, and what `@millrace/console` says that the page may ask. */
export function createApp(deps: Deps): Hono {
  const { key, options, world } = deps
  const page = renderConsole()
  const app = new Hono()
  app.use(sendSafely, refuseForeignHosts)
  app.get('/', (context) => context.html(page))
  app.use('/api/*', wantKey(key), smallBodies)
  app.get('/api/jobs', async (context) => {
    const signal = signalOf(context, world)
    return context.json(jobsAnswer(await deps.jobs.lines(signal), options, world))
  })
  app.route('/api/jobs', jobRoutes(deps))
  app.route('/api/letters', letterRoutes(deps))
  app.notFound((context) => context.json<ErrorAnswer>({ error: 'there is nothing here' }, 404))
  app.onError((error, context) => refusal(error, context, world))
  return app
}

/** As the command line tells it; what nobody expected is told there too, with where it happened. */
function refusal(error: Error, context: Context, world: World): Response {
  if (signalOf(context, world).aborted) return new Response(undefined, { status: 499 })
  const told = toldOf(error)
  if (told === undefined) {
    world.stderr.write(`millrace: unexpected: ${error.stack ?? error.message}\n`)
    return context.json<ErrorAnswer>({ error: `unexpected: ${error.message}` }, 500)
  }
  const { message, hint, exitCode } = told
  const answer: ErrorAnswer = { error: message, ...(hint === undefined ? {} : { hint }) }
  return context.json(answer, exitCode === EXIT.usage ? 400 : 409)
}
