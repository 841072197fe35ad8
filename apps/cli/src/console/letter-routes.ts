import type { DoneAnswer, LettersAnswer, MessagesAnswer } from '@millrace/console'
import { isJobId } from '@millrace/job'
import { discardDeadLetters, readDeadLetters, redriveDeadLetters } from '@millrace/queue'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { groupsOf } from '../dlq/letter-groups.ts'
import { NO_JOB } from '../dlq/letters.ts'
import { sweptText } from '../dlq/tell-swept.ts'
import { EXIT } from '../exit-code.ts'
import type { QueueName } from '../system/system.ts'
import type { Deps } from './deps.ts'
import { LOOKED_AT_MAX, openLetters } from './open-letters.ts'
import { messagesAnswer } from './messages-answer.ts'
import { wantedBody, wantedQuery } from './read-request.ts'
import { signalOf } from './signal-of.ts'

/** Dead letters: what there is, each of them, and the verbs that treat them, which are done to their end. */
export function letterRoutes({ options, world }: Deps): Hono {
  const routes = new Hono()
  const { stop } = world
  routes.get('/:queue', async (context) => {
    const choice = { queue: queueNamed(context), ...wantedQuery(context, letters) }
    await using open = await openLetters(choice, options, world)
    const found = await readDeadLetters(open.dead, open.wanted, signalOf(context, world))
    const groups = groupsOf(found.letters)
    return context.json<LettersAnswer>({ messages: found.letters.length, all: found.all, groups })
  })
  routes.get('/:queue/messages', async (context) => {
    const choice = { queue: queueNamed(context), ...wantedQuery(context, letters) }
    await using open = await openLetters(choice, options, world)
    return context.json<MessagesAnswer>(
      await messagesAnswer(open, options, signalOf(context, world)),
    )
  })
  routes.post('/:queue/redrive', async (context) => {
    const { rate, ...wanted } = await wantedBody(context, redriveRequest)
    await using open = await openLetters({ queue: queueNamed(context), ...wanted }, options, world)
    const paced = { ...open.wanted, perSecond: rate }
    const swept = await redriveDeadLetters(open.dead, open.source, paced, stop)
    const said = sweptText('published again', swept, MORE)
    return context.json(done(said, swept.failed + swept.refused === 0))
  })
  routes.post('/:queue/discard', async (context) => {
    const { messages, ...wanted } = await wantedBody(context, discardRequest)
    await using open = await openLetters({ queue: queueNamed(context), ...wanted }, options, world)
    const { letters: there } = await readDeadLetters(open.dead, open.wanted, stop)
    if (there.length > messages) throw notAgreedTo(there.length, messages)
    const swept = await discardDeadLetters(open.dead, open.wanted, stop)
    return context.json(done(sweptText('deleted', swept, MORE), swept.failed === 0))
  })
  return routes
}

const MORE = `only ${LOOKED_AT_MAX} were looked at, and there are more`

/** Whoever agreed to the loss of three messages has not agreed to that of those which came since. */
const notAgreedTo = (there: number, shown: number): CliError =>
  new CliError(`there are ${there} messages now, and not ${shown}: nothing was deleted`, {
    exitCode: EXIT.failed,
    hint: 'read the queue again',
  })

const job = z.custom<string>(
  (name) => typeof name === 'string' && (name === NO_JOB || isJobId(name)),
  'wanted the name of a job, or - for messages that name none',
)
/** That of a stranger's message is whatever it says. */
const code = z.string().min(1).max(4_096)

const letters = z.strictObject({ job: job.exactOptional(), code: code.exactOptional() })
const discardRequest = z.strictObject({ job, code, messages: z.int().min(1) })
const redriveRequest = z.strictObject({ job, code, rate: z.int().min(1).max(10_000) })

const queueName = z.enum(['jobs', 'batches', 'completions'])

function queueNamed({ req }: Context): QueueName {
  const read = queueName.safeParse(req.param('queue'))
  if (read.success) return read.data
  throw new CliError(`wanted the queue jobs, batches or completions, got ${req.param('queue')}`)
}

/** What was not done whole is told as an error. */
function done(said: string, isWhole: boolean): DoneAnswer {
  if (isWhole) return { said }
  throw new CliError(said, { exitCode: EXIT.failed })
}
