import { limits } from '@millrace/job'
import type { Sighting } from '../endpoint.ts'

/*
 * What it takes for a row that the model accepts to fail, by what the callers of the endpoint have seen. It is
 * written without the rules that the consumers go by, so that who changes those has to change it here, too.
 *
 * A fault on the way, a throttle or an endpoint that cannot be reached fails no row of itself: the batch is given
 * back, and only its last attempt gives up.
 */

/** Faults of a row that is sent alone, from which on it is at fault itself: two repetitions, or none. */
const FAULTS_OF_ROW: Readonly<Record<string, number>> = {
  model_failed: 3,
  response_malformed: 3,
  invocation_timed_out: 1,
}

/** So ends an endpoint that answers nobody, too: another row has to be answered after it. */
const NEEDS_WITNESS: readonly string[] = ['model_failed', 'invocation_timed_out']

/** Faults of the same rows, from which on the attempt at their batch has failed: four repetitions. */
const FAULTS_OF_ATTEMPT: Readonly<Record<string, number>> = {
  connection_failed: 5,
  endpoint_unavailable: 5,
}

/**
 * True when what was seen of a batch explains that a row of it has failed.
 *
 * @param seen in the order in which it was seen.
 * @param row the row's text.
 * @param code the one that the row has failed for.
 * @param attempt the one that recorded the batch.
 */
export function explainsFailure(
  seen: readonly Sighting[],
  row: string,
  code: string | undefined,
  attempt: number,
): boolean {
  if (code === undefined) return false
  const machines = new Set(seen.map(({ machine }) => machine))
  // An attempt is made by one machine, and knows of nothing that others have seen.
  return [...machines].some((machine) => {
    const own = seen.filter((sighting) => sighting.machine === machine)
    if (isAtFault(own, row, code)) return true
    return attempt >= limits.attemptsMax && isGivenUp(own, code)
  })
}

/** The row has failed alone as often as it takes, and where it has to, another was answered then. */
function isAtFault(own: readonly Sighting[], row: string, code: string): boolean {
  const spentAt = indexOfSpent(own, row, code)
  if (spentAt === undefined) return false
  return !NEEDS_WITNESS.includes(code) || own.slice(spentAt).some(isWitness)
}

/** The attempt has failed, not the rows: all of them are given up with their batch. */
function isGivenUp(own: readonly Sighting[], code: string): boolean {
  const sent = [...new Set(own.map(({ rows }) => rows))]
  const faultsMax = FAULTS_OF_ATTEMPT[code] ?? Number.POSITIVE_INFINITY
  if (sent.some((rows) => countOf(own, rows, code) >= faultsMax)) return true
  // No row was answered that could tell whose fault it is.
  const isBlamed = (rows: string): boolean =>
    isSingle(rows) && NEEDS_WITNESS.some((each) => indexOfSpent(own, rows, each) !== undefined)
  return code === 'endpoint_unavailable' && sent.some(isBlamed)
}

/** Where the fault was seen after which the row is not sent again. */
function indexOfSpent(own: readonly Sighting[], row: string, code: string): number | undefined {
  const at = [...own.keys()].filter((index) => own[index]?.rows === row && own[index].saw === code)
  return at[(FAULTS_OF_ROW[code] ?? Number.POSITIVE_INFINITY) - 1]
}

const countOf = (own: readonly Sighting[], sent: string, code: string): number =>
  own.filter(({ rows, saw }) => rows === sent && saw === code).length

const isSingle = (rows: string): boolean => !rows.includes('\n')

const isWitness = ({ rows, saw }: Sighting): boolean => saw === 'answered' && isSingle(rows)
