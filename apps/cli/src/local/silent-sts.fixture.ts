import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'

/** An STS that accepts and never answers. */
export interface SilentSts {
  /** Resolves when it is asked. */
  readonly asked: Promise<unknown>
  /** Of a process whose credentials it gives, and nobody else. */
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function startSilentSts(): Promise<SilentSts> {
  const server = createServer()
  const asked = once(server, 'connection')
  server.on('connection', (socket) => {
    socket.on('error', () => {}) // Whoever asks gives up.
    onTestFinished(() => void socket.destroy())
  })
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const token = join(await temporaryFolder(), 'token')
  await writeFile(token, 'token')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const none = ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL']
  const env = {
    ...Object.fromEntries(none.map((name) => [name, undefined])),
    ...{ AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/scores' },
    ...{ AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}` },
    ...{ AWS_REGION: 'eu-west-1', AWS_CONFIG_FILE: '/nowhere' },
    ...{ AWS_SHARED_CREDENTIALS_FILE: '/nowhere' },
  }
  return { asked, env }
}
