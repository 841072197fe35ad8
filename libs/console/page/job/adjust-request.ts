import type { AdjustRequest } from '../../src/console-data.ts'

/** What stands in the form: texts as they were typed, nothing for what is to stay. */
export interface AdjustFields {
  readonly concurrency: string
  readonly failedRowsMax: string
  readonly failedRowsPercentMax: string
  readonly noRowsMax: boolean
  readonly noPercentMax: boolean
  readonly deadline: string
}

export const NO_FIELDS: AdjustFields = {
  concurrency: '',
  failedRowsMax: '',
  failedRowsPercentMax: '',
  noRowsMax: false,
  noPercentMax: false,
  deadline: '',
}

/** Only what is named; nothing when nothing is. */
export function adjustRequestOf(fields: AdjustFields): AdjustRequest | undefined {
  const concurrency = numberIn(fields.concurrency)
  const failedRowsMax = fields.noRowsMax ? 'none' : numberIn(fields.failedRowsMax)
  const failedRowsPercentMax = fields.noPercentMax ? 'none' : numberIn(fields.failedRowsPercentMax)
  const deadline = fields.deadline.trim()
  const request: AdjustRequest = {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(failedRowsMax === undefined ? {} : { failedRowsMax }),
    ...(failedRowsPercentMax === undefined ? {} : { failedRowsPercentMax }),
    ...(deadline === '' ? {} : { deadline }),
  }
  return Object.keys(request).length === 0 ? undefined : request
}

/** The field has refused whatever is no number. */
const numberIn = (text: string): number | undefined =>
  text.trim() === '' ? undefined : Number(text)
