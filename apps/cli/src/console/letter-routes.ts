import type { DoneAnswer, LettersAnswer, MessagesAnswer } from '@millrace/console'
import { readDeadLetters } from '@millrace/queue'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { discarded } from '../dlq/discard.ts'
import type { DlqOptions } from '../dlq/dlq-options.ts'
import { groupsOf } from '../dlq/letter-groups.ts'
import { NO_JOB, openQueues, wantedLetters } from '../dlq/letters.ts'
import { redriven } from '../dlq/redrive.ts'
import { sweptText } from '../dlq/tell-swept.ts'
import { EXIT } from '../exit-code.ts'
import type { Deps } from './deps.ts'
import { messagesAnswer } from './messages-answer.ts'
import { wantedBody, wantedQuery, WHOLE_NAME, wholeJobName } from './read-request.ts'
import { worldOf } from './signal-of.ts'

/** Dead letters: what there is, each of them, and the verbs that treat them. */
export function letterRoutes({ options, world }: Deps): Hono {
  const routes = new Hono()
  const optionsOf = (context: Context, wanted: z.infer<typeof letters>): DlqOptions => ({
    ...options,
    ...wanted,
    queue: queueNamed(context),
    max: LOOKED_AT_MAX,
    json: false,
  })

  routes.get('/:queue', async (context) => {
    const asked = worldOf(context, world)
    const chosen = optionsOf(context, wantedQuery(context, letters))
    await using system = await openQueues(chosen, asked)
    const queue = system.deadLetters(chosen.queue)
    const found = await readDeadLetters(queue, wantedLetters(chosen), asked.stop)
    const groups = groupsOf(found.letters)
    return context.json<LettersAnswer>({ messages: found.letters.length, all: found.all, groups })
  })
  routes.get('/:queue/messages', async (context) => {
    const chosen = optionsOf(context, wantedQuery(context, letters))
    return context.json<MessagesAnswer>(await messagesAnswer(chosen, worldOf(context, world)))
  })
  routes.post('/:queue/redrive', async (context) => {
    const { rate, ...wanted } = await wantedBody(context, redriveRequest)
    const verb = { ...optionsOf(context, wanted), rate }
    const swept = await redriven(verb, worldOf(context, world))
    const said = sweptText('published again', swept, MORE)
    return context.json(done(said, swept.failed + swept.refused === 0))
  })
  routes.post('/:queue/discard', async (context) => {
    const verb = optionsOf(context, await wantedBody(context, letters))
    const swept = await discarded(verb, worldOf(context, world))
    return context.json(done(sweptText('deleted', swept, MORE), swept.failed === 0))
  })
  return routes
}

/** As many as the verbs look at unless they are told otherwise. */
const LOOKED_AT_MAX = 1_000
const MORE = `only ${LOOKED_AT_MAX} were looked at, and there are more`

const letters = z.strictObject({
  job: z.union([wholeJobName, z.literal(NO_JOB)], WHOLE_NAME).exactOptional(),
  code: z.string().min(1).max(200).exactOptional(),
})

/** As `millrace dlq redrive` takes it. */
const redriveRequest = letters.extend({ rate: z.int().min(1).max(10_000) })

const queueName = z.enum(['jobs', 'batches', 'completions'])

function queueNamed({ req }: Context): DlqOptions['queue'] {
  const read = queueName.safeParse(req.param('queue'))
  if (read.success) return read.data
  throw new CliError(`wanted the queue jobs, batches or completions, got ${req.param('queue')}`)
}

/** What was not done whole is told as an error. */
function done(said: string, isWhole: boolean): DoneAnswer {
  if (isWhole) return { said }
  throw new CliError(said, { exitCode: EXIT.failed })
}
