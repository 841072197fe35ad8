import type { DoneAnswer, FailuresAnswer, JobAnswer } from '@millrace/console'
import { deadlineFrom, limits, WANTED_DEADLINE } from '@millrace/job'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { adjust } from '../control/adjust.ts'
import { cancel } from '../control/cancel.ts'
import type { ControlOptions } from '../control/control-options.ts'
import { pause } from '../control/pause.ts'
import { resume } from '../control/resume.ts'
import type { Say } from '../saying.ts'
import type { Deps } from './deps.ts'
import { failuresAnswer } from './failures-answer.ts'
import { jobAnswer } from './job-answer.ts'
import { jobNamed, wantedBody } from './read-request.ts'
import { worldOf } from './signal-of.ts'

/** One job: how far it is, what has failed of it, and the verbs that steer it. */
export function jobRoutes({ options, world, jobs }: Deps): Hono {
  const routes = new Hono()
  routes.get('/:job', async (context) => {
    const job = jobNamed(context)
    return context.json<JobAnswer>(await jobAnswer(job, options, worldOf(context, world)))
  })
  routes.get('/:job/failures', async (context) => {
    const job = jobNamed(context)
    return context.json<FailuresAnswer>(await failuresAnswer(job, options, worldOf(context, world)))
  })

  const said = async (context: Context, say: Say<ControlOptions>): Promise<Response> => {
    const job = jobNamed(context)
    try {
      return context.json<DoneAnswer>({ said: await say({ ...options, job }, world) })
    } finally {
      jobs.forget(job)
    }
  }
  routes.post('/:job/pause', (context) => said(context, pause))
  routes.post('/:job/resume', (context) => said(context, resume))
  routes.post('/:job/cancel', (context) => said(context, cancel))
  routes.post('/:job/adjust', async (context) => {
    const changes = await wantedBody(context, adjustRequest)
    return await said(context, (verb, here) => adjust({ ...verb, ...changes }, here))
  })
  return routes
}

const orNone = (limit: z.ZodNumber) => z.union([limit, z.literal('none')]).exactOptional()

/** As `millrace adjust` takes it. */
const adjustRequest = z.strictObject({
  concurrency: z.number().int().min(1).max(limits.concurrencyMax).exactOptional(),
  failedRowsMax: orNone(z.number().int().min(0)),
  failedRowsPercentMax: orNone(z.number().min(0).max(100)),
  deadline: z
    .string()
    .refine((text) => deadlineFrom(text, 0) !== undefined, WANTED_DEADLINE)
    .exactOptional(),
})
