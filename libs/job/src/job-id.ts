import { createHash } from 'node:crypto'

/** Names a job everywhere: 1 to 64 of `a-z 0-9 -`, beginning with a letter or digit. */
export type JobId = string & { readonly __brand: 'JobId' }

const PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/

export function isJobId(text: string): text is JobId {
  return PATTERN.test(text)
}

/** The job of a client token: the same token is the same job, whoever submits it, however often. */
export function jobIdOf(clientToken: string): JobId {
  return `j-${createHash('sha256').update(clientToken).digest('hex').slice(0, 20)}` as JobId
}
