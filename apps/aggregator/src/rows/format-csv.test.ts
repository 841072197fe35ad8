import * as fc from 'fast-check'
import { parseFields, rowOffsets } from '@millrace/csv'
import type { JobSpecInput, PinnedDataset } from '@millrace/job'
import { decideBy, readLines } from '@millrace/predictions'
import { describe, expect, test } from 'vitest'
import { createCsvFormat } from './format-csv.ts'
import { jobWith, planOf } from '../test-data.fixture.ts'

const dataset: PinnedDataset = {
  objects: [{ uri: 's3://data/rows.csv', bytes: 100, version: 'v1' }],
  header: true,
  columns: ['id', 'na"me', 'x,y'],
  width: 3,
}
const headerRow = 'id,na"me,"x,y"\n'
const formatOf = (change: Partial<JobSpecInput>, of = dataset, names = headerRow) => {
  const { spec } = jobWith(change)
  const deciding = decideBy(spec.decision, spec.output.names, '')
  return createCsvFormat(spec, of, deciding, of.header ? Buffer.from(names) : undefined)
}
const header = (...input: Parameters<typeof formatOf>) => String(formatOf(...input).begin())
const batch = planOf(1)[0]!
const csv = { delimiter: ',', quote: '"' }
const plain = (spec: Partial<JobSpecInput>, predictions: string) =>
  String(
    formatOf(spec).rows({ batch, lines: readLines(Buffer.from(predictions)), input: undefined }),
  )
const output = { uri: 's3://results/scores.csv' }
const all = { output: { ...output, join: 'all' as const } }
const none = { decision: { kind: 'none' as const } }

describe('plain', () => {
  test('each row has its prediction as it was sent, and its class', () => {
    expect(header({})).toBe('Prediction,Binary Classification\n')
    expect(plain({}, '0.70\n5e-05')).toBe('0.70,1\n5e-05,0\n')
  })

  test.for([
    ['that failed', {}, '0.7\n\n0.1', '0.7,1\n,\n0.1,0\n'],
    ['that failed and has no class, is not a blank line', none, '0.7\n', '0.7\n""\n'],
    ['of several values, is quoted', none, '0.1,0.9', '"0.1,0.9"\n'],
    ['with quotes, has them doubled', none, '"[0, 1]"', '"""[0, 1]"""\n'],
    ['beyond ASCII', none, 'ça', 'ça\n'],
  ] as const)('a row %s', ([, spec, predictions, rows]) => {
    expect(plain(spec, predictions)).toBe(rows)
  })

  test('a label with a comma is quoted', () => {
    const labels = { decision: { labels: ['no', 'yes, surely'] } }
    expect(plain(labels, '0.9')).toBe('0.9,"yes, surely"\n')
  })
})

const rowsOf = (spec: Partial<JobSpecInput>, input: string, predictions: string) => {
  const bytes = Buffer.from(input)
  const batch = { ...planOf(1)[0]!, bytes: { start: 0, end: bytes.length } }
  const offsets = rowOffsets(bytes, jobWith(spec).spec.dataset.csv)
  return { batch, lines: readLines(Buffer.from(predictions)), input: { bytes, offsets } }
}
const joined = (spec: Partial<JobSpecInput>, input: string, predictions: string, of = dataset) =>
  String(formatOf(spec, of).rows(rowsOf(spec, input, predictions)))

describe('joined', () => {
  test('the header has the bytes of the input', () => {
    const names = Buffer.from('"id",pr\xe4d,"x,y"\n', 'latin1')
    const { spec } = jobWith(all)
    const deciding = decideBy(spec.decision, spec.output.names, '')
    const written = createCsvFormat(spec, dataset, deciding, names).begin().toString('latin1')
    expect(written).toBe('"id",pr\xe4d,"x,y",Prediction,Binary Classification\n')
  })

  test.for([
    ['CRLF', '1,2,3\r\n4,5,6\r\n', '\r\n'],
    ['a lone CR', '1,2,3\r4,5,6\r', '\r'],
    ['LF, below a header that ends in CRLF', '1,2,3\n4,5,6\n', '\n'],
    ['CRLF, the last in none', '1,2,3\r\n4,5,6', '\r\n'],
    ['none, below a header that ends in CRLF', '1,2,3', '\r\n'],
  ] as const)('the header ends as rows do that end in %s', ([, input, lineEnd]) => {
    const format = formatOf(all, dataset, headerRow.replace('\n', '\r\n'))
    const rows = rowsOf(all, input, input.includes('4') ? '0.9\n0.1' : '0.9')
    const written = String(format.begin(rows)) + String(format.rows(rows))
    const found = new Set(written.match(/\r?\n|\r/g))
    expect([...found]).toEqual([lineEnd])
  })

  test('the header of no row ends as it did', () => {
    const names = headerRow.replace('\n', '\r\n')
    expect(header(all, dataset, names)).toMatch(/Binary Classification\r\n$/)
    expect(header(all, dataset, names.trimEnd())).toMatch(/Binary Classification\n$/)
  })

  test('of several files, the last row of each ends as the first row of all does', () => {
    const format = formatOf(all)
    const files = ['1,2,3\r\n4,5,6', '7,8,9'].map((input) =>
      rowsOf(all, input, input.startsWith('1') ? '0.9\n0.1' : '0.7'),
    )
    const written = files.map((rows) => String(format.rows(rows))).join('')
    expect(written).toBe('1,2,3,0.9,1\r\n4,5,6,0.1,0\r\n7,8,9,0.7,1\r\n')
  })

  const nameless = { objects: dataset.objects, width: 3, header: false }
  const added = 'Prediction,Binary Classification'

  test.for([
    ['an input without a header gives none', 'auto', nameless, ''],
    [
      'columns without names have numbers',
      'present',
      nameless,
      `column0,column1,column2,${added}\n`,
    ],
    ['a header that is not wanted is left out', 'absent', dataset, ''],
  ] as const)('%s', ([, wanted, of, expected]) => {
    expect(header({ output: { ...output, join: 'all', header: wanted } }, of)).toBe(expected)
  })

  test.for([
    ['LF', '1,2,3\n4,5,6\n', '1,2,3,0.9,1\n4,5,6,0.1,0\n'],
    ['CRLF', '1,2,3\r\n4,5,6\r\n', '1,2,3,0.9,1\r\n4,5,6,0.1,0\r\n'],
    ['a lone CR', '1,2,3\r4,5,6\r', '1,2,3,0.9,1\r4,5,6,0.1,0\r'],
    ['no final line end', '1,2,3\r\n4,5,6', '1,2,3,0.9,1\r\n4,5,6,0.1,0\r\n'],
    ['blank lines', '\n1,2,3\n\r\n4,5,6\n\n', '1,2,3,0.9,1\n4,5,6,0.1,0\n'],
    ['newlines in quotes', '1,"2\n\n",3\n4,"5\r",6\n', '1,"2\n\n",3,0.9,1\n4,"5\r",6,0.1,0\n'],
    ['odd spacing', ' 1 ,007,\n4,"5",6\n', ' 1 ,007,,0.9,1\n4,"5",6,0.1,0\n'],
  ] as const)('rows that end in %s keep their bytes', ([, input, result]) => {
    expect(joined(all, input, '0.9\n0.1')).toBe(result)
  })

  test.for([
    ['of the width of the table', '4,5,6', '4,5,6,,'],
    ['with too few fields', '4', '4,,,,'],
    ['with too few fields, the last of them empty', '4,', '4,,,,'],
    ['with too few fields, and quotes', '"4,5"', '"4,5",,,,'],
    ['with too many fields', '4,5,6,0.7,1,8', ',,,,'],
    ['with one field too many', '4,"5,0",6,7', ',,,,'],
  ] as const)('a failed row %s has the added columns empty', ([, row, written]) => {
    expect(joined(all, `1,2,3\n${row}\n7,8,9\n`, '0.9\n\n0.1')).toBe(
      `1,2,3,0.9,1\n${written}\n7,8,9,0.1,0\n`,
    )
  })

  test('a predicted row of another width stands as it is', () => {
    expect(joined(all, '1,2,3,4\n5\n', '0.9\n0.1')).toBe('1,2,3,4,0.9,1\n5,0.1,0\n')
  })

  test("the input's dialect is the result's", () => {
    const dialect = { uri: 's3://data/rows.csv', csv: { delimiter: ';', quote: "'" } }
    const spec = { ...all, ...none, dataset: dialect }
    expect(joined(spec, "1;'2;';3\n", "0.1;'x'")).toBe("1;'2;';3;'0.1;''x'''\n")
    expect(header(spec, dataset, 'id;na"me;x,y\n')).toBe('id;na"me;x,y;Prediction\n')
  })

  test('chosen columns stand in the order that was asked for', () => {
    const spec = { output: { ...output, join: ['x,y', 0] } }
    expect(header(spec)).toBe('"x,y",id,Prediction,Binary Classification\n')
    expect(joined(spec, '1,2,"3,"\r\n4,5,6', '0.9\n0.1')).toBe('"3,",1,0.9,1\r\n6,4,0.1,0\r\n')
  })

  test('chosen columns of a row of another width are empty', () => {
    const spec = { output: { ...output, join: ['id', 'x,y'] } }
    expect(joined(spec, '1,2\n4,5,6\n', '\n0.1')).toBe(',,,\n4,6,0.1,0\n')
  })

  describe('when an object ends within quotes', () => {
    const narrow = { ...dataset, columns: ['id', 'text'], width: 2 }
    /** The object is this one batch. */
    const whole = (spec: Partial<JobSpecInput>, input: string, predictions: string) => {
      const objects = [{ uri: 's3://data/rows.csv', bytes: input.length, version: 'v1' }]
      return joined(spec, input, predictions, { ...narrow, objects })
    }

    test.for([
      ['a newline', '1,a\n2,"b\n', '1,a,0.9,1\n2,"b\n",0.1,0\n', 'b\n'],
      ['newlines', '1,a\r\n2,"b\r\n\r\n', '1,a,0.9,1\r\n2,"b\r\n\r\n",0.1,0\r\n', 'b\r\n\r\n'],
      ['no newline', '1,a\n2,"b', '1,a,0.9,1\n2,"b",0.1,0\n', 'b'],
      ['a doubled quote', '1,a\n2,"b""', '1,a,0.9,1\n2,"b""",0.1,0\n', 'b"'],
      ['the quote', '1,a\n2,"', '1,a,0.9,1\n2,"",0.1,0\n', ''],
    ] as const)('by %s, its last field holds that and nothing more', ([, input, rows, field]) => {
      const result = whole(all, input, '0.9\n0.1')
      expect(result).toBe(rows)
      const [, start] = rowOffsets(Buffer.from(result), csv)
      const last = Buffer.from(result).subarray(start)
      expect(parseFields(last, csv)).toEqual(['2', field, '0.1', '0'])
    })

    test('the rows that follow are rows', () => {
      const result = whole(all, '1,a\n2,"b\n', '0.9\n0.1') + whole(all, '3,c\n4,d\n', '0.7\n0.2')
      expect(rowOffsets(Buffer.from(result), csv)).toHaveLength(5)
    })

    test.for<[string, Partial<JobSpecInput>, string, string, string]>([
      ['a failed row', all, '1,a\n2,"b\n', '0.9\n', '1,a,0.9,1\n2,"b\n",,\n'],
      ['a row with a text for its prediction', { ...all, ...none }, '1,"b', 'x', '1,"b",x\n'],
      ['a row of another width', all, '1,a\n"2,b\n', '0.9\n', '1,a,0.9,1\n"2,b\n",,,\n'],
      [
        'a row of which columns are chosen',
        { output: { ...output, join: ['text', 'id'] } },
        '1,a\n2,"b\n',
        '0.9\n0.1',
        'a,1,0.9,1\n"b\n",2,0.1,0\n',
      ],
      [
        'a row in another dialect',
        { ...all, dataset: { uri: 's3://data/rows.csv', csv: { delimiter: ';', quote: "'" } } },
        "1;a\n2;'b\n",
        '0.9\n0.1',
        "1;a;0.9;1\n2;'b\n';0.1;0\n",
      ],
    ])('%s is closed as well', ([, spec, input, predictions, rows]) => {
      expect(whole(spec, input, predictions)).toBe(rows)
    })
  })

  test('a chosen column that is not there is refused', () => {
    expect(() => formatOf({ output: { ...output, join: ['idd'] } })).toThrow(/did you mean "id"/)
  })

  test('a lone column is joined as it is, also where it is empty', () => {
    const lone = { output: { ...output, join: [1] } }
    const input = '1,a,x\n2,,x\n3,"",x\n4,"a ""b""",x\n'
    expect(joined(lone, input, '0.9\n0.1\n0.7\n0.2')).toBe(
      'a,0.9,1\n,0.1,0\n"",0.7,1\n"a ""b""",0.2,0\n',
    )
    expect(joined(lone, '1,a,x\n2,b,x\n', '0.9\n0.1')).toBe('a,0.9,1\nb,0.1,0\n')
    const wide = 'x'.repeat(3_000_000)
    expect(joined(lone, `1,${wide},x\n2,,x\n`, '0.9\n0.1')).toBe(`${wide},0.9,1\n,0.1,0\n`)
  })

  test('without the added columns, the result is the input', () => {
    const field = fc.constantFrom('1', '', '"a,b"', '"q""\n"', 'x y', 'é')
    const row = fc.array(field, { minLength: 3, maxLength: 3 }).map((fields) => fields.join(','))
    const lineEnd = fc.constantFrom('\n', '\r\n')
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), lineEnd, (rows, end) => {
        const input = rows.map((text) => `${text}${end}`).join('')
        const result = joined(all, input, rows.map(() => '0.25').join('\n'))
        expect(result.replaceAll(`,0.25,0${end}`, end)).toBe(input)
        const offsets = rowOffsets(Buffer.from(result), csv)
        expect(offsets).toHaveLength(rows.length + 1)
        expect(parseFields(Buffer.from(result), csv).slice(3)).toEqual(['0.25', '0'])
      }),
    )
  })
})
