import { h, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { JobAnswer, Verb } from '../../src/console-data.ts'
import { AdjustForm } from './adjust-form.ts'
import type { Api } from '../server/api.ts'
import { noticeText } from '../pieces/notice.ts'
import { verbPath } from '../server/paths.ts'
import { question } from '../pieces/question.ts'
import { useAct } from '../server/use-act.ts'

interface Props {
  readonly api: Api
  readonly job: JobAnswer
  readonly onDone: () => void
}

/** Verbs that want an answer before they are sent. */
type Asking = 'cancel' | 'adjust'

const LABELS: Readonly<Record<Verb, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  adjust: 'Adjust …',
  cancel: 'Cancel …',
}

/** The verbs that the server offers for the job as it is, and what the last of them has said. */
export function Controls({ api, job, onDone }: Props): JSX.Element {
  const act = useAct(api, onDone)
  const [asking, setAsking] = useState<Asking>()
  const close = (): void => setAsking(undefined)
  const send = (verb: Verb, body: object = {}): void => {
    close()
    act.run(verbPath(job.jobId, verb), body)
  }
  const press = (verb: Verb): void => {
    if (verb === 'pause' || verb === 'resume') send(verb)
    else setAsking(asking === verb ? undefined : verb)
  }
  const isOffered = asking !== undefined && job.verbs.includes(asking)
  return h(
    'div',
    { class: 'controls' },
    h(
      'div',
      { class: 'buttons' },
      ...job.verbs.map((verb) => button(verb, asking, act.isBusy, press)),
    ),
    isOffered && asking === 'cancel'
      ? question({ ...CANCEL, onYes: () => send('cancel'), onNo: close })
      : null,
    isOffered && asking === 'adjust'
      ? h(AdjustForm, { job, onSend: (request) => send('adjust', request), onClose: close })
      : null,
    noticeText(act),
  )
}

const CANCEL = {
  text: 'Cancel this job? It ends for good, and there will be no result.',
  yes: 'Cancel the job',
  no: 'Keep it',
}

const button = (
  verb: Verb,
  asking: Asking | undefined,
  isBusy: boolean,
  press: (verb: Verb) => void,
): JSX.Element =>
  h(
    'button',
    {
      key: verb,
      type: 'button',
      // Not `disabled`, which would take the focus away from who has just pressed it.
      'aria-disabled': isBusy,
      'aria-expanded': verb === 'cancel' || verb === 'adjust' ? asking === verb : undefined,
      onClick: () => {
        if (!isBusy) press(verb)
      },
    },
    LABELS[verb],
  )
