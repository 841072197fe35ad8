import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { floatText } from './float-text.ts'
import { predict } from './predict.ts'
import { readCsv } from './read-csv.ts'
import { loadXgboostModel } from './xgboost-model.ts'

const flights = new URL('../../../examples/flights/', import.meta.url)

test('on the flights, answers every row as the container does', () => {
  const model = loadXgboostModel(new URL('model.json', flights))
  const csv = readCsv(readFileSync(new URL('features.csv', flights)), model.features)
  if (csv.kind !== 'rows') throw new Error(csv.kind)
  const answers = Array.from(predict(model, csv.matrix), floatText)
  const expected = readFileSync(new URL('expected.txt', flights), 'utf8').trimEnd().split('\n')
  expect(answers).toEqual(expected)
})
