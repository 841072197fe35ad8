import type { JobState, Tolerance } from '@millrace/job'

/*
 * What the console's server tells its page, and is asked by it, as JSON. Times are seconds since the epoch; rows,
 * batches and messages are counts. The paths are those of the server; all but `/` want the key.
 *
 *     GET  /api/jobs                       JobsAnswer
 *     GET  /api/jobs/<job>                 JobAnswer
 *     GET  /api/jobs/<job>/failures        FailuresAnswer
 *     POST /api/jobs/<job>/<verb>          DoneAnswer       pause, resume, cancel; adjust with an AdjustRequest
 *     GET  /api/letters/<queue>            LettersAnswer    ?job=<job> for those of one job
 *     GET  /api/letters/<queue>/messages   MessagesAnswer   ?job=<job>&code=<code>
 *     POST /api/letters/<queue>/redrive    DoneAnswer       with a RedriveRequest
 *     POST /api/letters/<queue>/discard    DoneAnswer       with a DiscardRequest
 */

export interface JobsAnswer {
  /** Where the jobs are: the table of a stack, or a folder. */
  readonly place: string
  /** Whether the dead letters of all jobs lie in one queue, as a stack's do; else each run has its own. */
  readonly hasLetters: boolean
  /** The newest first. */
  readonly jobs: readonly JobLine[]
}

export interface JobLine {
  readonly jobId: string
  readonly state: JobState | 'unreadable'
  /** Why it cannot be read. */
  readonly reason?: string
  readonly retryOf?: string
  readonly endpoint?: string
  readonly dataset?: string
  /** Of the plan: not known before it is whole. */
  readonly rows?: number
  readonly batches?: number
  /** Batches that are recorded; told of jobs that have not ended. */
  readonly recorded?: number
  /** Rows that have failed so far; told as `recorded` is. */
  readonly failedRows?: number
  /** What it met that keeps it, as far as that is news: the reason alone, where `JobAnswer` has all that is known. */
  readonly waits?: string
  readonly createdAt?: number
  readonly endedAt?: number
}

/** What may be done to a job in its state, by whom it works for. */
export type Verb = 'pause' | 'resume' | 'cancel' | 'adjust'

export interface JobAnswer {
  readonly jobId: string
  readonly state: JobState
  /** Name and text, as `millrace status` has them. */
  readonly facts: readonly (readonly [name: string, text: string])[]
  readonly rows?: number
  readonly batches?: number
  readonly recorded: number
  readonly failedRows: number
  /** Results up to this batch are final. */
  readonly firstMissing: number
  readonly map: BatchMap
  readonly verbs: readonly Verb[]
  /** Invocations in flight at most, all consumers together; no limit of the job's own when absent. */
  readonly concurrencyMax?: number
  readonly tolerance: Tolerance
  /** Messages for its batches that were set aside. */
  readonly setAside: number
  /** When it is to have ended, in seconds since the epoch. */
  readonly deadline?: number
  /** What continues the job, where nobody works on it: its run was stopped. */
  readonly idle?: string
  /** Why it goes on slowly or not at all, as far as that is news. */
  readonly waits?: string
  /** Why it has failed. */
  readonly failure?: string
}

/** All batches of a job in order, several to a cell where there are many. */
export interface BatchMap {
  readonly batchesPerCell: number
  readonly cells: readonly MapCell[]
}

/** Recorded batches of the cell, and failed rows in them. */
export type MapCell = readonly [recorded: number, failedRows: number]

export interface FailuresAnswer {
  readonly rows: readonly {
    readonly row: number
    readonly code: string
    readonly message: string
  }[]
  /** Whether there are more than are told. */
  readonly more: boolean
}

export type LetterQueue = 'jobs' | 'batches' | 'completions'

export interface LettersAnswer {
  readonly messages: number
  /** Whether these are all that there are. */
  readonly all: boolean
  readonly groups: readonly LetterGroup[]
}

/** Messages of one job that were set aside by one code. */
export interface LetterGroup {
  readonly code: string
  /** `-` of what names none. */
  readonly job: string
  readonly messages: number
  readonly oldest: number
  /** That of most of them. */
  readonly reason: string
  /** How many different ones they have. */
  readonly reasons: number
}

export interface MessagesAnswer {
  readonly messages: readonly LetterMessage[]
}

export interface LetterMessage {
  readonly messageId: string
  readonly code: string
  readonly reason: string
  readonly attempts: number
  readonly sentAt: number
  readonly body: string
  /** Where the rows of its batch lie, as the job planned them. */
  readonly place?: string
  readonly rows?: readonly { readonly row: number; readonly text: string }[]
  /** Why no rows are shown. */
  readonly missing?: string
}

/** Which messages: those of a group, as it was told. */
interface LettersRequest {
  /** `-` for those that name none. */
  readonly job: string
  readonly code: string
}

export interface RedriveRequest extends LettersRequest {
  /** Messages a second, at most. */
  readonly rate: number
}

export interface DiscardRequest extends LettersRequest {
  /** How many were shown: where there are more by now, nothing is deleted. */
  readonly messages: number
}

/** What is named is changed; `none` lifts a limit. */
export interface AdjustRequest {
  readonly concurrency?: number
  readonly failedRowsMax?: number | 'none'
  readonly failedRowsPercentMax?: number | 'none'
  /** A time from now such as `4h`, or a moment with its zone, as the job spec has it. */
  readonly deadline?: string
}

/** What the verb said. */
export interface DoneAnswer {
  readonly said: string
}

/** With a status of 4xx or 5xx. */
export interface ErrorAnswer {
  readonly error: string
  /** What to do about it. */
  readonly hint?: string
}
