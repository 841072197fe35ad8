import { expect, test } from 'vitest'
import { createProgram } from '../program.ts'
import { completeWords } from './complete-words.ts'

const program = createProgram(async () => {})
const asked: (string | undefined)[] = []
const jobsOf = async (state: string | undefined): Promise<string[]> => {
  asked.push(state)
  return ['j-4f2a', 'j-4f2b', 'j-9c00']
}

/** What follows the line, whose last word may be empty. */
async function after(line: string): Promise<string[] | 'files'> {
  const found = await completeWords(program, line.split(' '), jobsOf)
  return found.kind === 'files' ? 'files' : found.words.map(({ text }) => text)
}

test('the first word is a verb, and hidden verbs are not told', async () => {
  expect(await after('')).toEqual(expect.arrayContaining(['run', 'plan', 'doctor', 'completion']))
  expect(await after('')).not.toContain('complete')
  expect(await after('ru')).toEqual(['run'])
})

test.for<[string, string[] | 'files']>([
  ['dlq re', ['redrive']],
  ['run ', 'files'],
  ['run rows', 'files'],
  ['run -f ', 'files'],
  ['run rows.csv --local-model ', 'files'],
  ['run rows.csv --dec', ['--decision']],
  ['run rows.csv --decision ', ['binary', 'multiclass', 'none']],
  ['run rows.csv --decision m', ['multiclass']],
  ['run rows.csv --decision=m', ['multiclass']],
  ['run rows.csv --decision = m', ['multiclass']],
  ['run rows.csv --endpoint ', []],
  ['run rows.csv --quiet --fre', ['--fresh']],
  ['run rows.csv ', []],
  ['run -- --', 'files'],
  ['dlq list --queue b', ['batches']],
  ['status ', ['j-4f2a', 'j-4f2b', 'j-9c00']],
  ['status j-4', ['j-4f2a', 'j-4f2b']],
  ['dlq show j-9', ['j-9c00']],
  ['completion ', ['bash', 'zsh', 'fish']],
  ['nothing ', []],
])('after %j come %j', async ([line, words]) => {
  const isUnknown = line === 'nothing '
  const found = await after(line)
  expect(isUnknown ? [] : found).toEqual(words)
})

test('an option that was said is not told again, unless it may be', async () => {
  expect(await after('run x --fresh --fre')).toEqual([])
  expect(await after('run x --threshold 0.3 --thr')).toEqual(['--threshold'])
})

test('jobs are looked for where --state says', async () => {
  asked.length = 0
  await after('status --state elsewhere j-')
  await after('status --state=there j-')
  expect(asked).toEqual(['elsewhere', 'there'])
})
