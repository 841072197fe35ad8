import { hash } from 'node:crypto'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { expect, test } from 'vitest'
import { amzDateOf, createSign } from './sign-request.ts'

const SEED = 4_711

interface Captured {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What AWS's client would send, signature included. */
async function requestOfSdk(
  random: () => number,
): Promise<Captured & { secret: string; region: string }> {
  let captured: Captured | undefined
  const secret = textOf(random, 40)
  const region = pick(random, ['us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1'])
  const client = new SageMakerRuntimeClient({
    region,
    maxAttempts: 1,
    // What is encoded in a path already is encoded once more to be signed.
    ...(random() < 0.3 && { endpoint: "https://vpce.example/a%20b/(c)'*!" }),
    systemClockOffset: Math.floor((random() - 0.5) * 40 * 86_400_000),
    credentials: {
      accessKeyId: `AKIA${textOf(random, 12)}`,
      secretAccessKey: secret,
      ...(random() < 0.5 && { sessionToken: textOf(random, 700) }),
    },
    requestHandler: {
      handle: async (request: Captured) => {
        captured = request
        throw new Error('captured')
      },
    },
  })
  const input = {
    EndpointName: `churn-${Math.floor(random() * 1e6)}`,
    Body: Buffer.from(textOf(random, Math.floor(random() * 2_000))),
    ContentType: pick(random, ['text/csv', 'application/json', 'text/csv; header=absent']),
    Accept: pick(random, ['text/csv', 'application/json;verbose']),
    ...(random() < 0.5 && { CustomAttributes: ` ${textOf(random, 20)}  b ` }),
    ...(random() < 0.5 && { TargetVariant: textOf(random, 8) }),
    ...(random() < 0.5 && { TargetModel: `${textOf(random, 8)}/x.tar.gz` }),
    ...(random() < 0.5 && { InferenceComponentName: textOf(random, 8) }),
    ...(random() < 0.5 && { InferenceId: textOf(random, 8) }),
  }
  await expect(client.send(new InvokeEndpointCommand(input))).rejects.toThrow('captured')
  if (captured === undefined) throw new Error('nothing captured')
  return { ...captured, secret, region }
}

test(`signs 1,000 random requests as AWS’s client does (seed ${SEED})`, async () => {
  const random = randomOf(SEED)
  for (let count = 0; count < 1_000; count++) {
    const { method, path, headers, body, secret, region } = await requestOfSdk(random)
    const { authorization = '', ...rest } = headers
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? []
    const accessKeyId = /Credential=([^/]+)/.exec(authorization)?.[1] ?? ''
    const signed = createSign(region, 'sagemaker')(
      {
        method,
        path,
        headers: names.flatMap((name) => [name, rest[name] ?? '']),
        bodyHash: hash('sha256', body),
      },
      { accessKeyId, secretAccessKey: secret },
      rest['x-amz-date'] ?? '',
    )
    expect(signed).toBe(authorization)
  }
})

test('derives the key of each day and of each secret anew', () => {
  const sign = createSign('us-east-1', 'sagemaker')
  const request = {
    method: 'POST',
    path: '/',
    headers: ['host', 'a'],
    bodyHash: hash('sha256', ''),
  }
  const at = (day: string, secretAccessKey: string) =>
    sign(request, { accessKeyId: 'AKID', secretAccessKey }, `${day}T000000Z`).slice(-64)
  const all = [at('20261125', 'a'), at('20261126', 'a'), at('20261126', 'b'), at('20261125', 'a')]
  expect(new Set(all).size).toBe(3)
  expect(all[3]).toBe(all[0])
})

test('writes a date as the signature wants it', () => {
  expect(amzDateOf(Date.UTC(2026, 10, 25, 2, 2, 18, 999))).toBe('20261125T020218Z')
})

const pick = (random: () => number, choices: readonly string[]): string =>
  choices[Math.floor(random() * choices.length)] ?? ''

const textOf = (random: () => number, length: number): string =>
  Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
