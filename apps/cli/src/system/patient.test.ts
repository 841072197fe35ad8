import { LedgerError } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { never } from '../test-data.fixture.ts'
import { patient } from './patient.ts'

/** A stack that is out of reach for so many questions, then answers; what was noted, and the waits. */
function createScene(failures: number, code: 'unavailable' | 'access_denied' = 'unavailable') {
  const notes: string[] = []
  const waits: number[] = []
  let asked = 0
  const wait = async (ms: number) => void waits.push(ms)
  const ask = patient({ note: (text) => void notes.push(text), wait })
  const question = async (): Promise<string> => {
    asked += 1
    if (asked <= failures) throw new LedgerError(code, `read job: ${code}`)
    return 'job'
  }
  return { notes, waits, ask: (signal = never) => ask(question, signal) }
}

test('a stack that does not answer is asked until it does, and each is said once', async () => {
  const { notes, waits, ask } = createScene(8)
  expect(await ask()).toBe('job')
  expect(notes).toEqual([
    'read job: unavailable: looking again until the stack answers',
    'the stack answers again',
  ])
  expect(waits.map((ms) => ms / 1_000)).toEqual([2, 4, 8, 16, 32, 60, 60, 60])
})

test('a stack that answers is nothing to tell of', async () => {
  const { notes, waits, ask } = createScene(0)
  await ask()
  expect([notes, waits]).toEqual([[], []])
})

test('what asking again does not mend is thrown at once', async () => {
  const { notes, ask } = createScene(1, 'access_denied')
  await expect(ask()).rejects.toMatchObject({ code: 'access_denied' })
  expect(notes).toEqual([])
})

test('when stopped, it asks no more', async () => {
  const { waits, ask } = createScene(1)
  await expect(ask(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  expect(waits).toEqual([])
})
