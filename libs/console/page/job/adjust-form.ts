import { h, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AdjustRequest, JobAnswer } from '../../src/console-data.ts'
import { type AdjustFields, adjustRequestOf, NO_FIELDS } from './adjust-request.ts'
import { isoMoment } from '../pieces/numbers.ts'
import { Panel, takeFocus } from '../pieces/panel.ts'

interface Props {
  readonly job: JobAnswer
  readonly onSend: (request: AdjustRequest) => void
  readonly onClose: () => void
}

type Change = (fields: Partial<AdjustFields>) => void

/** Changes the limits of a job under way; what is left empty stays as it is. */
export function AdjustForm({ job, onSend, onClose }: Props): JSX.Element {
  const [fields, setFields] = useState(NO_FIELDS)
  const [isEmpty, setEmpty] = useState(false)
  const change: Change = (changed) => setFields((before) => ({ ...before, ...changed }))
  const submit = (event: Event): void => {
    event.preventDefault()
    const request = adjustRequestOf(fields)
    if (request === undefined) setEmpty(true)
    else onSend(request)
  }
  return h(
    Panel,
    { onClose },
    h(
      'form',
      { class: 'adjust', 'aria-label': 'Adjust the job', onSubmit: submit },
      ...rows(job, fields, change),
      h('p', { class: 'small soft' }, 'What is left empty stays as it is.'),
      isEmpty
        ? h('p', { role: 'alert' }, 'There is nothing to change yet: fill in a field.')
        : null,
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'submit' }, 'Adjust the job'),
        h('button', { type: 'button', onClick: onClose }, 'Leave it'),
      ),
    ),
  )
}

function rows(
  { concurrencyMax, tolerance, deadline }: JobAnswer,
  fields: AdjustFields,
  change: Change,
) {
  return [
    field({
      label: 'Invocations in flight, at most',
      now: concurrencyMax,
      value: fields.concurrency,
      min: 1,
      isFocused: true,
      onValue: (concurrency) => change({ concurrency }),
    }),
    field({
      label: 'Failed rows, at most',
      now: tolerance.failedRowsMax,
      value: fields.failedRowsMax,
      isNone: fields.noRowsMax,
      onValue: (failedRowsMax) => change({ failedRowsMax }),
      onNone: (noRowsMax) => change({ noRowsMax }),
    }),
    field({
      label: 'Failed rows in percent, at most',
      now: tolerance.failedRowsPercentMax,
      value: fields.failedRowsPercentMax,
      max: 100,
      step: 'any',
      isNone: fields.noPercentMax,
      onValue: (failedRowsPercentMax) => change({ failedRowsPercentMax }),
      onNone: (noPercentMax) => change({ noPercentMax }),
    }),
    deadlineField(deadline, fields.deadline, (deadline) => change({ deadline })),
  ]
}

/** What is no time at all is seen by the browser; whether it has passed, and whether there is such a day, by the server. */
const DEADLINE_PATTERN = String.raw`\s*([1-9]\d{0,3}[mhd]|\d{4}-\d{2}-\d{2}T.+)\s*`
const DEADLINE_WANTED = '90m, 4h or 2d from now, or a moment with its zone: 2026-12-01T06:00Z'

const deadlineField = (
  now: number | undefined,
  value: string,
  onValue: (value: string) => void,
): JSX.Element =>
  h(
    'div',
    { key: 'deadline', class: 'field' },
    h(
      'label',
      null,
      h('span', null, 'To have ended by'),
      h('input', {
        type: 'text',
        value,
        pattern: DEADLINE_PATTERN,
        title: DEADLINE_WANTED,
        placeholder: now === undefined ? 'no deadline' : isoMoment(now),
        onInput: ({ currentTarget }: Changed) => onValue(currentTarget.value),
      }),
    ),
    h('span', { class: 'small soft' }, DEADLINE_WANTED),
  )

interface Field {
  readonly label: string
  /** What holds now. */
  readonly now: number | undefined
  readonly value: string
  readonly min?: number
  readonly max?: number
  readonly step?: string
  readonly isNone?: boolean
  readonly isFocused?: boolean
  readonly onValue: (value: string) => void
  /** Of a limit that can be lifted. */
  readonly onNone?: (isNone: boolean) => void
}

interface Changed {
  readonly currentTarget: HTMLInputElement
}

function field({ label, now, value, isNone = false, onNone, ...rest }: Field): JSX.Element {
  const { min = 0, max, step = '1', isFocused = false, onValue } = rest
  const input = h('input', {
    type: 'number',
    min,
    max,
    step,
    value,
    disabled: isNone,
    placeholder: now === undefined ? 'no limit' : String(now),
    ref: isFocused ? takeFocus : null,
    onInput: ({ currentTarget }: Changed) => onValue(currentTarget.value),
  })
  const none = h('input', {
    type: 'checkbox',
    checked: isNone,
    onChange: ({ currentTarget }: Changed) => onNone?.(currentTarget.checked),
  })
  return h(
    'div',
    { key: label, class: 'field' },
    h('label', null, h('span', null, label), input),
    onNone === undefined ? null : h('label', { class: 'none' }, none, ' no limit'),
  )
}
