import { expect, test } from 'vitest'
import { createLabelsSeen, labelsDoubt, labelsText } from './labels-seen.ts'

function seenOf(labels: readonly string[]) {
  const seen = createLabelsSeen('1')
  for (const label of labels) seen.add(label)
  return seen.seen()
}

test.for([
  [['0', '1', '0'], '0, 1'],
  [['2', '0', '2', '1'], '2, 0, 1'],
  [['1', '2', '3', '4', '5'], '1, 2, 3, 4, 5'],
  [['1', '2', '3', '4', '5', '6', '7'], '1, 2, 3, 4, 5, …'],
  [['x'.repeat(50)], `${'x'.repeat(40)}…`],
] as const)('of the labels %j the first different ones are told', ([labels, text]) => {
  expect(labelsText(seenOf(labels))).toBe(text)
})

test.for([[['0', '1', '0', '1']], [['1']]] as const)('labels %j are two classes', ([labels]) => {
  expect(labelsDoubt(seenOf(labels))).toBeUndefined()
})

test('labels of more than two values are doubted', () => {
  expect(labelsDoubt(seenOf(['12', '1', '-3']))).toBe(
    'the labels have more than two different values (12, 1, -3): rows of all but 1 are taken for one class',
  )
})
