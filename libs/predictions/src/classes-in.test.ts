import { decisionSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { classesIn } from './classes-in.ts'

const classes = (decision: object, ...lines: readonly string[]) =>
  classesIn(decisionSchema.parse(decision), Buffer.from(lines.join('\n')))

const open = { kind: 'multiclass' }

test.for<[string, string[], number]>([
  ['all rows', ['0.1,0.9', '[0.2, 0.8]'], 2],
  ['most rows, though not the first', ['0.1,0.9', '0.1,0.2,0.7', '"[0, 0, 1]"'], 3],
  ['those with several', ['0.1', 'null', '', '0.1,0.9', '0.2,0.8'], 2],
])('there are as many classes as %s have', ([, lines, expected]) => {
  expect(classes(open, ...lines)).toBe(expected)
})

test.for<[string, object, string[]]>([
  ['no row has several numbers', open, ['0.1', '', 'cat']],
  ['one row alone has several', open, ['0.1,0.9', '0.5']],
  ['as many have this number as that', open, ['0.1,0.9', '0.1,0.2,0.7', '0,1', '0,0,1']],
  ['labels say so', { ...open, labels: ['a', 'b'] }, ['0.1,0.9']],
  ['another thing is decided', {}, ['0.1,0.9']],
])('they are not told where %s', ([, decision, lines]) => {
  expect(classes(decision, ...lines)).toBeUndefined()
})
