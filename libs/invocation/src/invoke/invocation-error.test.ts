import { expect, test } from 'vitest'
import { invocationErrorOf } from './classify-failure.ts'
import { InvocationError } from './invocation-error.ts'

const words = (text: string): string =>
  new InvocationError('rows_rejected', 'model', 'in a test', { words: text }).words

test.for([
  ['an escape sequence', 'bad \u001b]0;owned\u0007 row', 'bad \uFFFD]0;owned\uFFFD row'],
  ['a C1 control', 'bad \u009b31m row', 'bad \uFFFD31m row'],
  ['text in another order', 'bad \u202Ewor', 'bad \uFFFDwor'],
  ['several lines', 'Traceback:\r\n\tFile "x"\n', 'Traceback: File "x"'],
])('of a container that sends %s, the words are harmless', ([, sent, kept]) => {
  expect(words(sent ?? '')).toBe(kept)
})

test('endless words are cut', () => {
  expect(words('x'.repeat(100_000))).toHaveLength(512)
})

test.for<[string, object]>([
  ['of what every object has', { name: 'constructor', message: 'odd' }],
  ['that is no text', { name: 5, Message: { odd: true }, message: 'odd' }],
  ['with words that are no text', { name: 'Odd', OriginalMessage: ['odd'], message: 'odd' }],
])('an error with a name %s is an unknown one', ([, sent]) => {
  expect(invocationErrorOf('model', sent)).toMatchObject({ code: 'unknown', words: 'odd' })
})

test('what an answer has brought into the reason is one line, and no more than its own words', () => {
  const header = `\u0093NUMPY\u0001 {'descr':\n${'x'.repeat(100_000)}`
  const { message } = new InvocationError('response_malformed', 'churn', header)
  expect(message.length).toBeLessThan(700)
  expect(message).toMatch(/^invoke churn: response_malformed \(\uFFFDNUMPY\uFFFD \{'descr': x+\)$/)
})

test.for([
  ['the words', 'container answered 400', 'no number: x', 'no number: x'],
  ['the detail, without words', 'no answer within 60000 ms', '', 'no answer within 60000 ms'],
  ['all of it, with neither', '', '', 'invoke churn: invocation_timed_out'],
] as const)('beside its code stands %s', ([, detail, said, brief]) => {
  const error = new InvocationError('invocation_timed_out', 'churn', detail, { words: said })
  expect(error.brief).toBe(brief)
})
