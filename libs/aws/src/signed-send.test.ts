import { expect, test } from 'vitest'
import type { RawAnswer } from './read-answer.ts'
import { createSignedSend } from './signed-send.ts'
import type { WireRequest } from './wire.ts'

const never = new AbortController().signal
const HERE_MS = Date.UTC(2026, 10, 25, 12)
/** The clock of the service is an hour ahead of this machine's. */
const THERE_MS = Date.UTC(2026, 10, 25, 13)
const request = { path: '/', headersBefore: [], headersAfter: [], body: Buffer.from('body') }

/** Sends to a service that answers each request when it is told to, by what the request says of the time. */
function sending() {
  const asked: (() => void)[] = []
  const answerTo = ({ headers }: WireRequest): RawAnswer => {
    const isLate = headers[headers.indexOf('x-amz-date') + 1] === '20261125T120000Z'
    const date = new Date(THERE_MS).toUTCString()
    return isLate
      ? answer(403, { date, 'x-amzn-errortype': 'InvalidSignatureException' })
      : answer(200, { date })
  }
  const wire = {
    exchange: (sent: WireRequest) =>
      new Promise<RawAnswer>((resolve) => asked.push(() => resolve(answerTo(sent)))),
    close: async () => undefined,
  }
  const link = { wire, origin: 'http://h', host: 'h', pathPrefix: '', signingRegion: 'us-east-1' }
  const send = createSignedSend({
    service: 'dynamodb',
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
    open: async () => link,
    now: () => HERE_MS,
    timeoutMs: 1_000,
    answerBytesMax: 1_000,
  })
  return { asked, send }
}

const answer = (status: number, headers: RawAnswer['headers']): RawAnswer => ({
  status,
  headers,
  body: Buffer.from('{}'),
})

test('all that were sent by a clock that is off are asked once more', async () => {
  const { asked, send } = sending()
  const answers = [send(request, never), send(request, never)]
  await expect.poll(() => asked).toHaveLength(2)
  // The first refusal sets the clock; the second one is of before, and comes after.
  asked[0]?.()
  await expect.poll(() => asked).toHaveLength(3)
  asked[1]?.()
  await expect.poll(() => asked).toHaveLength(4)
  for (const serve of asked.slice(2)) serve()
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200])
})
