import { expect, test } from 'vitest'
import { bodyOf, flights, payloadOf, startFlights } from './flights.fixture.ts'

test('through the SDK, answers all the flights as the container does', async () => {
  await using served = await startFlights()
  let text = ''
  for (let row = 0; row < flights.rows.length; row += 1_000) {
    text += (await served.invoke(payloadOf(row, row + 1_000))).text
  }
  expect(text).toBe(bodyOf(0, flights.rows.length))
  expect(served.endpoint.stats).toMatchObject({ invocations: 12, rows: 12_000, inFlight: 0 })
})

test.for([1, 2, 3, 4, 5, 7, 100])('scores %i rows alike whatever their number', async (rows) => {
  await using served = await startFlights()
  expect((await served.invoke(payloadOf(40, 40 + rows))).text).toBe(bodyOf(40, 40 + rows))
})

test('names the variant that answered and gives back custom attributes', async () => {
  await using served = await startFlights({ variant: 'blue' })
  const answer = await served.invoke(payloadOf(0, 1), { variant: 'blue', customAttributes: 'a=1' })
  expect(answer).toMatchObject({
    ContentType: 'text/csv; charset=utf-8',
    InvokedProductionVariant: 'blue',
    CustomAttributes: 'a=1',
  })
  expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
})

test('when JSON is accepted, answers scores under predictions', async () => {
  await using served = await startFlights()
  const answer = await served.invoke(payloadOf(0, 2), { accept: 'application/json' })
  const [first, second] = flights.answers
  expect(answer.ContentType).toBe('application/json')
  expect(answer.text).toBe(`{"predictions": [{"score": ${first}}, {"score": ${second}}]}`)
})

test('with an empty payload, answers 204 and no body', async () => {
  await using served = await startFlights()
  const answer = await served.invoke('')
  expect(answer.$metadata.httpStatusCode).toBe(204)
  expect(answer.text).toBe('')
})

test('reads libsvm with indices from one and what is not named missing', async () => {
  await using served = await startFlights()
  const libsvm = '1:1 2:1 3:1 5:37 6:354 7:59 8:50\n'
  const csv = await served.invoke('1,1,1,,37,354,59,50')
  const answer = await served.invoke(libsvm, { contentType: 'text/libsvm' })
  expect(answer.text).toBe(csv.text)
})

test('when the behaviour changes, the next invocation meets the new one', async () => {
  await using served = await startFlights({ outage: true })
  await expect(served.invoke(payloadOf(0, 1))).rejects.toThrow('currently unavailable')
  served.endpoint.change({ outage: false, variant: 'green', layout: 'one_line' })
  const answer = await served.invoke(payloadOf(0, 2))
  expect(answer.InvokedProductionVariant).toBe('green')
  expect(answer.text).toBe(flights.answers.slice(0, 2).join(','))
})

test('tells of each invocation as it came', async () => {
  const seen: unknown[] = []
  await using served = await startFlights({
    variant: 'blue',
    onInvocation: ({ request, payload, headers }) =>
      seen.push([request, payload.toString(), headers['x-amzn-sagemaker-target-variant']]),
  })
  await served.invoke(payloadOf(0, 1), { variant: 'blue' })
  expect(seen).toEqual([[1, payloadOf(0, 1), 'blue']])
})

test('while an invocation is served, counts it in flight', async () => {
  const latencyMs = 60_000
  const served = await startFlights({ latencyMs })
  const invocation = served.invoke(payloadOf(0, 1)).catch((error: Error) => error)
  await expect.poll(() => served.endpoint.stats.inFlight).toBe(1)
  await served.endpoint.close()
  expect(await invocation).toBeInstanceOf(Error)
  expect(served.endpoint.stats).toMatchObject({ inFlight: 0, inFlightMax: 1, rows: 0 })
})
