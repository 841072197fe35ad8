import type { JobSpec } from '@millrace/job'
import { decideBy } from './decide.ts'
import { DecisionError } from './decision-error.ts'
import { readLines } from './prediction-lines.ts'

/**
 * The lines of predictions that a job cannot decide on, by their index, each with what was wanted of it. One
 * such row must not cost the others: a result is made of all of them. Empty lines have no prediction.
 *
 * @param classes of a multi-class decision without labels, where they are known; else each line is asked alone.
 */
export function undecidedLines(
  spec: Pick<JobSpec, 'decision' | 'output' | 'endpoint'>,
  predictions: Buffer,
  classes?: number,
): ReadonlyMap<number, DecisionError> {
  const undecided = new Map<number, DecisionError>()
  if (!mayBeUnfit(spec, predictions, classes)) return undecided
  for (const [line, text] of predictions.toString('utf8').split('\n').entries()) {
    const error = text === '' ? undefined : whyUndecided(spec, text, classes)
    if (error !== undefined) undecided.set(line, error)
  }
  return undecided
}

/**
 * Why a job cannot decide on a prediction of its own; nothing when it can. Where nothing is decided a null is none
 * either, unless the setting leads to it.
 */
export function whyUndecided(
  { decision, output, endpoint }: Pick<JobSpec, 'decision' | 'output' | 'endpoint'>,
  text: string,
  classes?: number,
): DecisionError | undefined {
  try {
    decideBy(decision, output.names, text, classes).fields(text)
    const isNull = READ_AS_NUMBERS.has(endpoint.response) && text.includes(NULL)
    return isNull ? new DecisionError(text, 'a number', decision.kind) : undefined
  } catch (error) {
    if (error instanceof DecisionError) return error
    throw error
  }
}

/** Whatever is read so has been looked at: it is numbers or lists of numbers, and nulls in their places. */
const READ_AS_NUMBERS: ReadonlySet<string> = new Set(['auto', 'lines', 'one_line'])
const NULL = 'null'
const COMMA = 0x2c
const BRACKET = 0x5b

/** Nearly no batch has to be looked at line by line: of numbers, only how many there are can be off. */
function mayBeUnfit(
  { decision: { kind, labels }, endpoint }: Pick<JobSpec, 'decision' | 'endpoint'>,
  predictions: Buffer,
  classes: number | undefined,
): boolean {
  const areNumbers = READ_AS_NUMBERS.has(endpoint.response)
  if (areNumbers && predictions.includes(NULL)) return true
  if (kind === 'none') return false
  if (kind === 'multiclass')
    return !areNumbers || !isSeveralEach(predictions, labels?.length ?? classes)
  if (areNumbers) return predictions.includes(COMMA) || predictions.includes(BRACKET)
  return !readLines(predictions).plain
}

const LF = 0x0a

/** True when each line has so many numbers, or more than one. */
function isSeveralEach(predictions: Buffer, wanted: number | undefined): boolean {
  const isFit = (found: number): boolean => (wanted === undefined ? found > 1 : found === wanted)
  let numbers = 1
  for (let at = 0; at < predictions.length; at += 1) {
    const byte = predictions[at]
    if (byte === COMMA) numbers += 1
    if (byte !== LF) continue
    if (!isFit(numbers)) return false
    numbers = 1
  }
  return isFit(numbers)
}
