import { describe, expect, test } from 'vitest'
import { decodePredictions } from './decode-predictions.ts'

test.for<[string, string, number, string]>([
  ['text/csv', '0.5\n0.25\n', 2, '0.5\n0.25'],
  ['text/csv', '0.5\r\n0.25\r\n', 2, '0.5\n0.25'],
  ['text/csv', '0.6,0.3', 2, '0.6\n0.3'],
  ['text/csv', '0.6,0.3', 1, '0.6,0.3'],
  ['text/csv', '[0.1, 0.9],[0.2, 0.8]', 2, '[0.1, 0.9]\n[0.2, 0.8]'],
  ['text/csv', 'y,0_proba,1_proba\n0,0.9,0.1\n1,0.2,0.8\n', 2, '0.1\n0.8'],
  ['application/json', '{"predictions": [{"score": 4e-05}, {"score": NaN}]}', 2, '4e-05\nNaN'],
  ['application/json', '{"predictions": [[0.4], [0.8]\n    ]\n}', 2, '[0.4]\n[0.8]'],
  ['application/jsonlines', '{"score": 0.4}\n{"score": 0.8}\n', 2, '0.4\n0.8'],
])('reads %s %j as %i rows', ([contentType, body, rows, expected]) => {
  const decoded = decodePredictions({ body: Buffer.from(body), contentType }, rows, 'auto')
  expect(decoded.kind === 'decoded' ? decoded.predictions.toString() : decoded).toBe(expected)
})

const HF = '{"label":"POSITIVE","score":0.9}'
const AUTOPILOT = '{"predicted_label":"yes","probability":0.9}'

test.for<[string, string, string, object]>([
  [
    'application/json',
    `[${HF},${HF}]`,
    'auto',
    { kind: 'label', number: 'json:[].score', label: 'json:[].label' },
  ],
  [
    'application/json',
    '[{"label":["a"],"prob":[0.9]},{"label":["b"],"prob":[0.7]}]',
    'auto',
    { kind: 'label', number: 'json:[].prob', label: 'json:[].label' },
  ],
  [
    'application/json',
    `{"predictions":[${AUTOPILOT},${AUTOPILOT}]}`,
    'auto',
    {
      kind: 'label',
      number: 'json:predictions[].probability',
      label: 'json:predictions[].predicted_label',
    },
  ],
  [
    'application/jsonlines',
    `${HF}\n${HF}\n`,
    'auto',
    { kind: 'label', number: 'json:score', label: 'json:label' },
  ],
  [
    'application/jsonlines',
    '{"täg_label":"a","score":1}\n{"täg_label":"b","score":0}\n',
    'auto',
    { kind: 'label', number: 'json:score', label: 'json:täg_label' },
  ],
  [
    'text/csv',
    'label,score\r\nPOSITIVE,0.9\r\nNEGATIVE,0.8\r\n',
    'auto',
    { kind: 'label', number: 'csv:score', label: 'csv:label' },
  ],
  [
    'application/jsonlines',
    '{"predictedLabel":"no","score":0.9}\n{"predictedLabel":"no","score":0.8}\n',
    'auto',
    { kind: 'label', number: 'json:score', label: 'json:predictedLabel' },
  ],
  [
    'application/json',
    '[{"className":["no"],"probability":0.9},{"className":["no"],"probability":0.8}]',
    'auto',
    { kind: 'label', number: 'json:[].probability', label: 'json:[].className' },
  ],
  [
    'application/json',
    '[{"predicted_species":"no","score":0.9},{"predicted_species":"no","score":0.8}]',
    'auto',
    { kind: 'label', number: 'json:[].score', label: 'json:[].predicted_species' },
  ],
  [
    'application/json',
    '{"predictions":[{"prediction":0,"probability":0.9},{"prediction":1,"probability":0.8}]}',
    'auto',
    {
      kind: 'label',
      number: 'json:predictions[].probability',
      label: 'json:predictions[].prediction',
    },
  ],
  [
    'application/jsonlines',
    '{"score":0.9,"label":1.0}\n{"score":0.8,"label":0.0}\n',
    'auto',
    { kind: 'label', number: 'json:score', label: 'json:label' },
  ],
  [
    'text/csv',
    'prediction,probability\n0,0.9\n1,0.8\n',
    'auto',
    { kind: 'label', number: 'csv:probability', label: 'csv:prediction' },
  ],
  [
    'text/csv',
    'classification,score\nno,0.9\nno,0.8\n',
    'auto',
    { kind: 'label', number: 'csv:score', label: 'csv:classification' },
  ],
  [
    'application/json',
    '[{"my.label":"no","score":0.9},{"my.label":"no","score":0.8}]',
    'auto',
    { kind: 'label', number: 'json:[].score' },
  ],
  [
    'text/csv',
    'y,a_proba,b_proba,c_proba\na,0.8,0.1,0.1\nb,0.1,0.8,0.1\n',
    'lines',
    { kind: 'classes', number: 'csv:c_proba', label: 'csv:y' },
  ],
  [
    'text/csv',
    '"0","1","2"\n0.8,0.1,0.1\n0.1,0.8,0.1\n',
    'auto',
    { kind: 'classes', number: 'csv:2' },
  ],
  [
    'application/json',
    '{"y":{"0":"a","1":"b"},"a_proba":{"0":1,"1":0},"b_proba":{"0":0,"1":1},"c_proba":{"0":0,"1":0}}',
    'auto',
    { kind: 'classes' },
  ],
])('tells what else may be meant in %s %s by %s', ([contentType, body, response, choice]) => {
  const decoded = decodePredictions({ body: Buffer.from(body), contentType }, 2, response)
  expect(decoded).toMatchObject({ kind: 'decoded' })
  expect(decoded).toHaveProperty('choice', choice)
  for (const setting of Object.values(choice).slice(1)) {
    const said = decodePredictions({ body: Buffer.from(body), contentType }, 2, String(setting))
    expect(said.kind).toBe('decoded')
    expect(said).not.toHaveProperty('choice')
  }
})

test.for<[string, string]>([
  ['application/json', '[{"id":"a","score":0.9},{"id":"b","score":0.8}]'],
  [
    'application/json',
    '{"predictions":[{"score":0.4,"predicted_label":0},{"score":0.8,"predicted_label":1}]}',
  ],
  [
    'application/json',
    '{"y":{"0":"a","1":"b"},"a_proba":{"0":0.9,"1":0.2},"b_proba":{"0":0.1,"1":0.8}}',
  ],
  ['text/csv', 'y,a_proba,b_proba\na,0.9,0.1\nb,0.2,0.8\n'],
  ['text/csv', 'target,no,yes\n0,0.9,0.1\n1,0.2,0.8\n'],
  ['text/csv', 'prediction,no,yes\n0,0.9,0.1\n1,0.2,0.8\n'],
  ['text/csv', 'prediction,stddev\n3,0.25\n4,0.5\n'],
  ['application/json', '[{"prediction":0.4,"probability":0.4},{"probability":0.2}]'],
  ['application/json', '[{"row_class":2,"score":0.4},{"score":0.2}]'],
  ['text/csv', 'id,score\na,0.9\nb,0.8\n'],
  ['text/csv', 'prediction_id,predictor,target_date,target_id,score\na,b,c,d,1\na,b,c,d,0\n'],
  [
    'application/json',
    '[{"prediction_id":"a","predictor":"b","target_date":"c","target_id":"d","score":1},{"score":0}]',
  ],
  [
    'application/json',
    '[{"predictionId":"a","predictedAt":"b","PREDICTION_ID":"c","score":1},{"score":0}]',
  ],
  ['text/csv', 'prediction_id,no,yes\n7,0.1,0.9\n8,0.2,0.8\n'],
  ['text/csv', '0.1,0.2,0.7\n0.2,0.2,0.6\n'],
])('of %s %s only one thing may be meant', ([contentType, body]) => {
  const decoded = decodePredictions({ body: Buffer.from(body), contentType }, 2, 'auto')
  expect(decoded.kind).toBe('decoded')
  expect(decoded).not.toHaveProperty('choice')
})

test.for([
  ['application/json', '[0.5, null]', '0.5\nnull'],
  ['application/json', '{"predictions":[{"score":null},{"score":0.5}]}', 'null\n0.5'],
  ['application/json', '[[0.1,0.9],[null,null]]', '[0.1,0.9]\n[null,null]'],
  ['application/jsonlines', '{"score":0.5}\n{"score":null}\n', '0.5\nnull'],
] as const)('in %s %s a null is that of its row alone', ([contentType, body, lines]) => {
  const decoded = decodePredictions({ body: Buffer.from(body), contentType }, 2, 'auto')
  expect(decoded.kind === 'decoded' ? decoded.predictions.toString() : decoded).toBe(lines)
})

test.for<[string, string, number]>([
  ['text/csv', '0.5\n0.25\n', 3],
  ['text/csv', '0.5\n0.25\n', 1],
  ['text/csv', '0.5\n\n0.25\n', 3],
  ['text/csv', '0.5\n<html>\n', 2],
  ['text/csv', 'label,score\nA,0.5\nB,null\n', 2],
  ['text/csv', '', 1],
  ['application/json', '{"predictions": [{"score": 0.5}', 1],
  ['application/json', '[0.5]', 2],
])('refuses %s %j as %i rows', ([contentType, body, rows]) => {
  const decoded = decodePredictions({ body: Buffer.from(body), contentType }, rows, 'auto')
  expect(decoded.kind).toBe('malformed')
})

test.for<[string, string, string]>([
  ['text/csv', 'csv:präd', 'klasse,präd\nA,0.5\nB,0.25\n'],
  ['text/csv', 'csv:予測', '"予測",klasse\n0.5,ä\n0.25,ö\n'],
  ['application/json', 'json:vorhersagen[].präd', '{"vorhersagen":[{"präd":0.5},{"präd":0.25}]}'],
  ['application/json', 'json:größe[]', String.raw`{"gr\u00f6\u00dfe":[0.5,0.25]}`],
  ['application/json', 'json:[].größe', String.raw`[{"größe":0.5},{"gr\u00F6ße":0.25}]`],
  ['application/jsonlines', 'json:präd', String.raw`{"präd":0.5}` + '\n{"pr\\u00e4d":0.25}'],
  ['application/json', 'json:a/b[]', String.raw`{"a\/b":[0.5,0.25],"\x":1}`],
])('finds the name of a setting in any script: %s, %s, %s', ([contentType, response, body]) => {
  const decoded = decodePredictions({ body: Buffer.from(body), contentType }, 2, response)
  expect(decoded.kind === 'decoded' ? decoded.predictions.toString() : decoded).toBe('0.5\n0.25')
})

test.for<[string, string, string]>([
  ['text/csv', 'csv:präd', 'klasse,praed\nA,0.5\nB,0.25\n'],
  ['application/json', 'json:präd[]', String.raw`{"pr\xe4d":[0.5,0.25]}`],
])('refuses an answer without the name: %s, %s, %s', ([contentType, response, body]) => {
  const decoded = decodePredictions({ body: Buffer.from(body), contentType }, 2, response)
  expect(decoded.kind).toBe('malformed')
})

test.for([
  ['a character', 'x'],
  ['an escape', String.raw`\n`],
  ['quotes and backslashes', String.raw`\\\"`],
] as const)('reads a text of 30 MB, %s again and again', ([, piece]) => {
  const text = `"${piece.repeat(30e6 / piece.length)}"`
  const answer = { body: Buffer.from(`[{"image":${text}}]`), contentType: 'application/json' }
  const decoded = decodePredictions(answer, 1, 'json:[].image')
  expect(decoded.kind === 'decoded' && decoded.predictions.equals(Buffer.from(text))).toBe(true)
})

test.for(['"a', String.raw`"a\"`, String.raw`"a\\\"`, "'a'"])(
  'refuses %s, which is no text of JSON',
  (text) => {
    const answer = { body: Buffer.from(`[${text}]`), contentType: 'application/json' }
    expect(decodePredictions(answer, 1, 'json:[]').kind).toBe('malformed')
  },
)

const explained = (contentType: string, data: string) => ({
  contentType: 'application/json',
  body: Buffer.from(
    JSON.stringify({
      version: '1.0',
      predictions: { content_type: contentType, data },
      label_headers: ['ä'],
      explanations: { kernel_shap: [[0.1], null] },
    }),
  ),
})

test.for<[string, string, string, string]>([
  ['text/csv; charset=utf-8', '0.3\n0.6\n', 'auto', '0.3\n0.6'],
  ['text/csv', '0.3,0.6', 'auto', '0.3\n0.6'],
  ['text/csv', '0.1,0.3\n0.4,0.6', 'csv:1', '0.3\n0.6'],
  ['application/jsonlines', '{"score":0.3}\n{"score":0.6}\n', 'auto', '0.3\n0.6'],
  [
    'application/json',
    '{"predictions":[{"präd":3},{"präd":6}]}',
    'json:predictions[].präd',
    '3\n6',
  ],
  ['text/csv', '0.3\n0.6', 'json:explanations.kernel_shap[]', '[0.1]\nnull'],
])('of explained predictions in %s, %j, reads by %s %j', ([type, data, response, texts]) => {
  const decoded = decodePredictions(explained(type, data), 2, response)
  expect(decoded.kind === 'decoded' ? decoded.predictions.toString() : decoded).toBe(texts)
})

test('a prediction too few among explained ones is noticed', () => {
  expect(decodePredictions(explained('text/csv', '0.3\n'), 2, 'auto').kind).toBe('malformed')
})

test.for([
  '{"explanations":1,"predictions":{"content_type":1,"data":[1,2]}}',
  '"explanations" "content_type"',
])('refuses what only looks explained: %s', (text) => {
  const answer = { body: Buffer.from(text), contentType: 'application/json' }
  expect(decodePredictions(answer, 2, 'auto').kind).toBe('malformed')
})

// Each would hold up everything in the process for minutes, if it were read over and over.
test.for<[string, string, string, string]>([
  ['a line of digits', 'text/csv', `${'1'.repeat(300_000)}x`, 'malformed'],
  ['spaces in a list', 'application/json', `[[1,${' '.repeat(300_000)}2],\n[3,4]]`, 'decoded'],
])('an answer with %s is read once', ([, contentType, body, kind]) => {
  expect(decodePredictions({ body: Buffer.from(body), contentType }, 2, 'auto').kind).toBe(kind)
})

test('rows of no columns are no predictions', () => {
  const dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 0), }"
  const head = Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.of(dict.length, 0),
  ])
  const answer = {
    body: Buffer.concat([head, Buffer.from(dict)]),
    contentType: 'application/x-npy',
  }
  expect(decodePredictions(answer, 2, 'auto')).toEqual({
    kind: 'malformed',
    reason: 'array of shape (2,0) for 2 rows',
  })
})

describe('a path that leads through lists of lists', () => {
  const read = (body: string, rows: number, path: string, contentType = 'application/json') => {
    const decoded = decodePredictions({ body: Buffer.from(body), contentType }, rows, path)
    return decoded.kind === 'decoded' ? String(decoded.predictions) : decoded.reason
  }

  test.for<[string, number, string, string]>([
    ['[[0.1],[0.2]]', 2, 'json:[][]', '0.1\n0.2'],
    ['[[0.1,0.2],[0.3]]', 3, 'json:[][]', '0.1\n0.2\n0.3'],
    ['{"outputs":[{"data":[1,2,3]}]}', 3, 'json:outputs[].data[]', '1\n2\n3'],
    ['{"outputs":[{"data":[1]}]}', 1, 'json:outputs[].data[]', '1'],
  ])('%s for %d rows, read by %s', ([body, rows, path, predictions]) => {
    expect(read(body, rows, path)).toBe(predictions)
  })

  test.for<[string, number, string, string]>([
    ['[[0,0],[],[2],[3]]', 4, 'json:[][]', '2 values for row 0 of the answer, wanted one'],
    ['[[0],[],[2,2],[3]]', 4, 'json:[][]', '0 values for row 1 of the answer, wanted one'],
    ['[[0.9,0.8]]', 1, 'json:[][]', '2 values for row 0 of the answer, wanted one'],
    [
      '{"p":[{"s":[9,8]},{"s":[]}]}',
      2,
      'json:p[].s[]',
      '2 values for row 0 of the answer, wanted one',
    ],
  ])('%s moves no value to another row', ([body, rows, path, reason]) => {
    expect(read(body, rows, path)).toBe(reason)
  })

  test('of one line a row, moves none either', () => {
    const lines = '{"s":[9,8]}\n{"s":[]}\n'
    const reason = '2 values for row 0 of the answer, wanted one'
    expect(read(lines, 2, 'json:s[]', 'application/jsonlines')).toBe(reason)
    expect(read('{"s":[9,8]}\n', 2, 'json:s[]', 'application/jsonlines')).toBe('9\n8')
  })
})

test('of two lists with a value for each row, tells that either may be meant', () => {
  const body = Buffer.from('{"probabilities":[0.07,0.86],"predictions":[0,1]}')
  expect(decodePredictions({ body, contentType: 'application/json' }, 2, 'auto')).toMatchObject({
    choice: { kind: 'label', number: 'json:probabilities[]', label: 'json:predictions[]' },
  })
})

test.for([
  ['text/csv', '0.1\ngrößer\n'],
  ['application/json', '[0.1,"größer"]'],
] as const)('what is no number in %s is told in its own letters', ([contentType, text]) => {
  const answer = { body: Buffer.from(text), contentType }
  expect(decodePredictions(answer, 2, 'auto')).toMatchObject({
    reason: expect.stringContaining('größer'),
  })
})

test.for<[string, string]>([
  ['application/json', '[],'],
  ['application/json', '{'],
  ['application/json', '0:'],
  ['application/jsonlines', '{}\n'],
  ['text/csv', '\n'],
  ['text/csv', ','],
])('of %s, does not keep values of %j without end', ([contentType, piece]) => {
  const body = Buffer.alloc(9 * 1024 ** 2, piece)
  expect(decodePredictions({ body, contentType }, 1, 'auto')).toEqual({
    kind: 'malformed',
    reason: 'more than 4194304 values for 1 rows',
  })
})

test('a long answer of few values is read', () => {
  const body = Buffer.from(`["${'x'.repeat(5 * 1024 ** 2)}",1]`)
  const decoded = decodePredictions({ body, contentType: 'application/json' }, 2, 'json:[]')
  expect(decoded).toMatchObject({ kind: 'decoded', layout: 'json' })
})
