import { expect, test } from 'vitest'
import { flights, payloadOf, startFlights } from './flights.fixture.ts'
import type { FaultKind } from './faults.ts'

const linesWith = async (fault: FaultKind): Promise<string[]> => {
  await using served = await startFlights({ faults: { [fault]: 1 } })
  const answer = await served.invoke(payloadOf(0, 5))
  expect(answer.$metadata.httpStatusCode).toBe(200)
  return answer.text.trimEnd().split('\n')
}

const [first, second, third, ...others] = flights.answers.slice(0, 5)

test.for<[FaultKind, (string | undefined)[]]>([
  ['missing_line', [first, third, ...others]],
  ['extra_line', [first, second, second, third, ...others]],
  ['swapped_lines', [second, first, third, ...others]],
])('%s gives an answer that looks well', async ([fault, lines]) => {
  expect(await linesWith(fault)).toEqual(lines)
})

test('garbage gives one value that is no number', async () => {
  const lines = await linesWith('garbage')
  expect(lines.filter((line) => Number.isNaN(Number(line)))).toHaveLength(1)
})

test.for<FaultKind>(['reset', 'cut_body'])('%s breaks the connection', async (fault) => {
  await using served = await startFlights({ faults: { [fault]: 1 } })
  const error: unknown = await served.invoke(payloadOf(0, 5)).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})

test('a hanging invocation keeps its place until the client leaves', async () => {
  await using served = await startFlights({ faults: { hang: 1 }, concurrencyMax: 1 })
  const leaving = new AbortController()
  const hanging = served.invoke(payloadOf(0, 1), { signal: leaving.signal })
  await expect.poll(() => served.endpoint.stats.inFlight).toBe(1)
  await expect(served.invoke(payloadOf(0, 1))).rejects.toThrow(/Throttling|null|Unknown/)
  leaving.abort()
  await expect(hanging).rejects.toThrow(/abort/i)
  await expect.poll(() => served.endpoint.stats.inFlight).toBe(0)
})

test('a slow invocation takes the time that was set for it', async () => {
  await using served = await startFlights({ faults: { slow: 1 }, slowMs: 60, latencyMs: 10 })
  const startedAt = performance.now()
  await served.invoke(payloadOf(0, 1))
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(65)
})

test('an invocation whose rows take too long is a model time-out', async () => {
  await using served = await startFlights({ perRowMs: 2, invocationTimeoutMs: 50 })
  await served.invoke(payloadOf(0, 20))
  await expect(served.invoke(payloadOf(0, 40))).rejects.toMatchObject({ OriginalStatusCode: 0 })
})

test('poison may fail the container', async () => {
  await using served = await startFlights({ poisonRows: [flights.rows[3]!], poisonStatus: 500 })
  const failing = served.invoke(payloadOf(0, 5))
  await expect(failing).rejects.toMatchObject({ OriginalStatusCode: 500 })
})

test.for<[string, readonly string[] | ((row: string) => boolean)]>([
  ['a text', [flights.rows[3]!]],
  ['a function', (row) => row === flights.rows[3]],
])('rows marked as poison by %s refuse the whole payload', async ([, poisonRows]) => {
  await using served = await startFlights({ poisonRows })
  await expect(served.invoke(payloadOf(0, 5))).rejects.toMatchObject({
    OriginalStatusCode: 415,
    OriginalMessage: expect.stringContaining('could not convert string to float'),
  })
  expect((await served.invoke(payloadOf(4, 5))).text).toBe(`${flights.answers[4]}\n`)
})
