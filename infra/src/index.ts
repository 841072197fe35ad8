import { WorkQueue } from './work-queue.ts'

const jobs = new WorkQueue('jobs')
const batches = new WorkQueue('batches')
const completions = new WorkQueue('completions')

/** The part of the apps' environment that the queues are; see `docs/configuration.md`. */
export const environment = {
  MILLRACE_JOBS_QUEUE_URL: jobs.queue.url,
  MILLRACE_JOBS_DLQ_URL: jobs.deadLetter.url,
  MILLRACE_BATCHES_QUEUE_URL: batches.queue.url,
  MILLRACE_BATCHES_DLQ_URL: batches.deadLetter.url,
  MILLRACE_COMPLETIONS_QUEUE_URL: completions.queue.url,
  MILLRACE_COMPLETIONS_DLQ_URL: completions.deadLetter.url,
}
