import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { flights, startFlights } from './flights.fixture.ts'

const entry = fileURLToPath(new URL('main.ts', import.meta.url))

const start = (...args: string[]) =>
  spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })

async function ended(child: ReturnType<typeof start>) {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { stdout, stderr, code }
}

const served = ['--model', flights.modelPath, '--name', 'flights']

const ready = async (child: ChildProcess): Promise<string> => {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return line.toString()
}

test.for<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('ends cleanly on %s', async (signal) => {
  const child = start(...served)
  const line = await ready(child)
  expect(line).toMatch(/^export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=http:\/\/127\.0\.0\.1:\d+\n$/)
  child.kill(signal)
  expect((await once(child, 'exit'))[0]).toBe(0)
})

test('serves with the faults it is told', async () => {
  const child = start(...served, '--fault', 'throttle=1', '--seed', '7')
  const url = (await ready(child)).split('=')[1]!.trim()
  const answer = await fetch(`${url}/endpoints/flights/invocations`, {
    method: 'POST',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sagemaker/aws4_request, ' +
        `SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    },
  })
  expect(answer.headers.get('x-amzn-errortype')).toBe('ThrottlingException')
  child.kill()
  await once(child, 'exit')
})

test.for<[string, string[], string]>([
  ['no model file', ['--model', 'none.json', '--name', 'x'], 'read none.json: no such file'],
  ['an unknown fault', [...served, '--fault', 'rain=1'], 'Wanted one of throttle,'],
])('with %s, says so in one sentence and exits 2', async ([, args, words]) => {
  const { stdout, stderr, code } = await ended(start(...args))
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  expect(stderr).toContain(words)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
})

test('on a port in use, says so in one sentence and exits 2', async () => {
  await using other = await startFlights()
  const { port } = new URL(other.endpoint.url)
  const { stderr, code } = await ended(start(...served, '--port', port))
  expect({ stderr, code }).toEqual({
    stderr: `millrace-endpoint: listen on 127.0.0.1:${port}: the port is in use\n`,
    code: 2,
  })
})
