import { expect, onTestFinished, test, vi } from 'vitest'
import { never } from '../test-data.fixture.ts'
import { checkCredentials } from './credentials.ts'
import { startSilentSts } from './silent-sts.fixture.ts'

async function useSilentSts() {
  const sts = await startSilentSts()
  for (const [name, value] of Object.entries(sts.env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  return sts
}

test('while nobody answers the look for credentials, it can be stopped', async () => {
  const { asked } = await useSilentSts()
  const stop = new AbortController()
  const looking = checkCredentials({ kind: 'aws' }, 'eu-west-1', stop.signal)
  await asked
  stop.abort(new Error('stopped'))
  await expect(looking).rejects.toThrow('stopped')
})

test('a look for credentials that nobody answers ends by itself', async () => {
  await useSilentSts()
  const looking = checkCredentials({ kind: 'aws' }, 'eu-west-1', never, 1_000)
  await expect(looking).rejects.toMatchObject({
    message: 'no AWS credentials: no answer for 1 s from what gives them',
    hint: expect.stringContaining('aws sts get-caller-identity'),
    exitCode: 1,
  })
})
