import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createSink } from '../test-data.fixture.ts'
import { createScreen, duration, type Snapshot } from './screen.ts'

const snapshot: Snapshot = {
  state: 'running',
  rows: 12_000,
  rowsDone: 3_000,
  rowsFailed: 2,
  rowsPerSecond: 1_500,
}

test.for([
  [0, '0 s'],
  [0.2, '1 s'],
  [59, '59 s'],
  [59.5, '1 min 00 s'],
  [185, '3 min 05 s'],
  [3_599.1, '1 h 00 min'],
  [7_800, '2 h 10 min'],
  [90_000, '25 h 00 min'],
] as const)('%d seconds read %s', ([seconds, text]) => {
  expect(duration(seconds)).toBe(text)
})

describe('where nobody watches', () => {
  test('a line comes every five seconds', () => {
    const { stream, texts } = createSink()
    let at = 0
    const screen = createScreen(stream, { quiet: false, now: () => at })
    for (at = 0; at <= 10_000; at += 1_000) screen.show(snapshot)
    expect(texts).toEqual([
      'running: 3,000 of 12,000 rows, 2 failed, 1,500 rows/s, 6 s left\n',
      'running: 3,000 of 12,000 rows, 2 failed, 1,500 rows/s, 6 s left\n',
    ])
  })

  test('nothing comes of a job that has ended', () => {
    const { stream, texts } = createSink()
    let at = 0
    const screen = createScreen(stream, { quiet: false, now: () => at })
    at = 9_000
    screen.show({ ...snapshot, state: 'succeeded' })
    expect(texts).toEqual([])
  })

  test.for([
    [
      'before the plan is whole',
      { rows: undefined },
      /^running: up to 3,000 rows, .* up to 1,500 rows\/s, time left unknown\n$/,
    ],
    [
      'until the first rows are answered',
      { rows: undefined, rowsDone: 0, isTried: true },
      /^running: 0 rows, .* waiting for the endpoint\n$/,
    ],
    ['while the endpoint is away', { isAway: true }, /rows\/s, waiting for the endpoint\n$/],
    ['while nothing moves', { rowsPerSecond: 0 }, /0 rows\/s, time left unknown\n$/],
    ['while it is paused', { state: 'paused' }, /^paused: .* until it is resumed\n$/],
    ['of a job in time', { deadline: 11 }, / 6 s left\n$/],
    ['of a job that will be late', { deadline: 10 }, / 6 s left, late\n$/],
    ['when all is done', { rowsDone: 12_000 }, /12,000 of 12,000 rows, .* 0 s left\n$/],
  ] as const)('%s, says what it knows', ([, change, line]) => {
    const { stream, texts } = createSink()
    const times = [0, 5_000, 5_000]
    const screen = createScreen(stream, { quiet: false, now: () => times.shift() ?? 5_000 })
    screen.show({ ...snapshot, ...change })
    expect(texts).toEqual([expect.stringMatching(line)])
  })

  test('a note comes at once', () => {
    const { stream, texts } = createSink()
    createScreen(stream, { quiet: false, now: () => 0 }).note('continuing')
    expect(texts).toEqual(['continuing\n'])
  })
})

test('quiet, it says nothing', () => {
  const { stream, texts } = createSink(true)
  const screen = createScreen(stream, { quiet: true, now: () => 0 })
  screen.show(snapshot)
  screen.note('continuing')
  screen.close()
  expect(texts).toEqual([])
})

test('on a terminal, draws a bar with the numbers', () => {
  const { stream, texts } = createSink(true)
  Object.assign(stream, {
    columns: 120,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  })
  const screen = createScreen(stream, { quiet: false, now: () => 0 })
  screen.show(snapshot)
  screen.note('producer was started again')
  screen.close()
  expect(texts.join('')).toMatch(
    /running .* 25% \| 3,000 of 12,000 rows \| 2 failed \| 1,500 rows\/s/,
  )
  expect(texts.join('')).toContain('producer was started again\n')
})

test.for([
  [120, 100_000_000],
  [90, 100_000_000],
  [60, 100_000],
] as const)('on %d columns, a bar of %d rows fits while it waits', ([columns, rows]) => {
  const { stream, texts } = createSink(true)
  Object.assign(stream, { columns })
  const screen = createScreen(stream, { quiet: false, now: () => 0 })
  screen.show({ ...snapshot, rows, rowsDone: rows - 1, rowsPerSecond: 0, isAway: true })
  screen.close()
  const bar = texts.find((text) => text.includes('waiting for the endpoint')) ?? ''
  expect(stripVTControlCharacters(bar).length).toBeLessThanOrEqual(columns)
})

test('in a terminal that is made narrower, the bar fits again', () => {
  const { stream, texts } = createSink(true)
  Object.assign(stream, { columns: 120 })
  const screen = createScreen(stream, { quiet: false, now: () => 0 })
  screen.show(snapshot)
  const before = texts.length
  Object.assign(stream, { columns: 40 })
  screen.show({ ...snapshot, rowsDone: 6_000 })
  screen.close()
  const drawn = texts.slice(before).filter((text) => text.includes('50%'))
  expect(drawn.map((text) => stripVTControlCharacters(text))).toEqual(['50% | 2 failed | 4 s left'])
})

test.for([
  ['under a bar', {}],
  ['where no bar is drawn', { TERM: 'dumb' }],
] as const)('a note %s is broken between words', ([, env]) => {
  const { stream, texts } = createSink(true)
  Object.assign(stream, { columns: 40 })
  const screen = createScreen(stream, { quiet: false, now: () => 0, env })
  screen.note('preflight: 20 rows in 48 ms; 120 invocations, $0.00028 on AWS')
  screen.close()
  expect(texts.join('')).toBe('preflight: 20 rows in 48 ms; 120\ninvocations, $0.00028 on AWS\n')
})

test('a note takes the bar down, which begins anew below it', () => {
  const { stream, texts } = createSink(true)
  Object.assign(stream, { columns: 60 })
  const screen = createScreen(stream, { quiet: false, now: () => 0 })
  screen.show(snapshot)
  const before = texts.length
  screen.note('preflight')
  const noted = texts.length
  screen.show(snapshot)
  screen.close()
  // Lines wrap again, the cursor is where the bar began, and its line is cleared.
  expect(texts.slice(before, noted).join('')).toContain(
    '\u001b[?7h\u001b8\u001b[1G\u001b[2Kpreflight\n',
  )
  // The cursor is saved anew.
  expect(texts[noted]).toBe('\u001b7')
})

test.for([
  [{ TERM: 'dumb' }, false],
  [{ CI: 'true' }, false],
  [{ CI: 'false', TERM: 'xterm' }, true],
] as const)('on a terminal with %j, a bar is drawn: %s', ([env, isDrawn]) => {
  const { stream, texts } = createSink(true)
  let at = 0
  const screen = createScreen(stream, { quiet: false, now: () => at, env })
  for (at = 0; at <= 5_000; at += 5_000) screen.show(snapshot)
  screen.close()
  expect(texts.join('').includes('\u001b')).toBe(isDrawn)
})
