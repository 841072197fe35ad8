import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { EXIT } from './run-service.ts'

/* The lifecycle in real processes: real signals, a real channel, a parent that is really killed. */

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A process in this mode that has said it is ready. */
async function started(mode: string) {
  const file = join(import.meta.dirname, 'service.fixture.ts')
  const child = fork(file, [mode], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  children.push(child)
  let output = ''
  child.stdout?.on('data', (chunk) => (output += String(chunk)))
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  /** When nobody holds its standard output any more: itself and its children are gone. */
  const silent = once(child, 'close')
  await once(child, 'message')
  return { child, exited, silent, output: () => output }
}

describe('a service process', () => {
  test.for(['SIGTERM', 'SIGINT'] as const)('on %s, drains and exits with 0', async (signal) => {
    const { child, exited } = await started('drains')
    child.kill(signal)
    expect(await exited).toBe(EXIT.ok)
  })

  test('on a second signal, aborts and exits with 3', async () => {
    const { child, exited } = await started('works')
    const ended = vi.fn()
    void exited.then(ended)
    await vi.waitFor(
      () => {
        child.kill('SIGTERM')
        expect(ended).toHaveBeenCalledWith(EXIT.aborted)
      },
      { timeout: 20_000, interval: 1_000 },
    )
  })

  test('that ignores its abort, exits with 3 all the same', async () => {
    const { child, exited } = await started('hangs')
    const ended = vi.fn()
    void exited.then(ended)
    await vi.waitFor(
      () => {
        child.kill('SIGTERM')
        expect(ended).toHaveBeenCalledWith(EXIT.aborted)
      },
      { timeout: 20_000, interval: 1_000 },
    )
  })

  test('when its parent closes the channel, drains and exits', async () => {
    const { child, exited } = await started('drains')
    child.disconnect()
    expect(await exited).toBe(EXIT.ok)
  })

  test('when its parent is killed, exits by itself', async () => {
    const { child, silent, output } = await started('parents')
    child.kill('SIGKILL')
    await silent
    expect(output()).toContain('parent process is gone')
  })

  test('with a bug outside main, logs it and exits with 1', async () => {
    const { exited, silent, output } = await started('throws')
    expect(await exited).toBe(EXIT.failed)
    await silent
    expect(output()).toContain('"msg":"uncaught error"')
  })
})
