import { h, type JSX } from 'preact'
import type { JobAnswer } from '../../src/console-data.ts'
import type { Api } from '../server/api.ts'
import { LetterQueues } from '../letters/letter-queues.ts'
import { counted } from '../pieces/numbers.ts'

/** The dead letters of one job, when somebody asks for them. */
export const setAside = (api: Api, { jobId, setAside: messages }: JobAnswer): JSX.Element =>
  h(
    'section',
    { key: 'set-aside', id: 'set-aside' },
    h('h2', null, 'Set aside'),
    h(
      'p',
      { class: messages > 0 ? 'bad' : 'soft' },
      messages === 0
        ? 'No message for its batches is known to be set aside.'
        : `${counted(messages, 'message', 'messages')} for its batches ${messages === 1 ? 'was' : 'were'} set aside, which no attempt could process.`,
    ),
    h(LetterQueues, { api, job: jobId }),
  )
