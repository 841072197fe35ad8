import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What somebody types, and the one sentence that answers it. */
export interface WrongUse {
  readonly name: string
  readonly args: readonly string[]
  readonly says: RegExp
  readonly stdin?: string
  /** What it exits with; wrong use unless given. */
  readonly code?: number
  readonly env?: Readonly<Record<string, string>>
}

const examples = join(import.meta.dirname, '../../../../examples/flights')
export const model = join(examples, 'model.json')
export const wide = join(examples, 'wide.csv')
export const run = ['run', 'rows.csv', '--local-model', model, '-o', 'out.csv']

const SPEC = 'version: 1\ndataset: { uri: rows.csv }\nendpoint: { name: churn-v3 }\n'

/** Of a result in the folder, of a table of the same name in another. */
const MANIFEST = JSON.stringify({
  spec: {
    ...{ version: 1, endpoint: { name: 'churn-v3' } },
    dataset: { uri: 'file:///2026-01/table.csv' },
    output: { uri: 'file:///results/table.predictions.csv' },
  },
})

const files: Readonly<Record<string, string | Buffer>> = {
  'rows.csv': '1,2,3\n',
  'table.csv': '1,2,3\n',
  'table.predictions.csv': '0.5\n',
  'table.predictions.manifest.json': MANIFEST,
  'empty.csv': '',
  'utf16.csv': Buffer.from('\uFEFF1,2\n', 'utf16le'),
  'nul.csv': '1,2\n3\0,4\n',
  'text.json': 'no model\n',
  'mixed/.DS_Store': Buffer.from('\0\u0001Bud1'),
  'mixed/rows.csv': '1,2\n',
  'full/rows.csv': '1,2\n',
  'empty/.keep': '',
  'indent.yaml': 'endpoint: {\n  name: x\ndataset: y\n',
  'tab.yaml': 'endpoint:\n\tname: x\n',
  'twice.yaml': 'version: 1\nversion: 1\n',
  'list.yaml': '- a\n',
  'key.yaml': `${SPEC}batching: { row: 100 }\n`,
  'section.yaml': `${SPEC}batchng: { rows: 100 }\n`,
  'enum.yaml': `${SPEC}output: { uri: o.csv, format: prquet }\n`,
  'number.yaml': `${SPEC}batching: { rows: -5 }\n`,
  'nan.yaml': `${SPEC}decision: { threshold: .nan }\n`,
  'numbers.yaml': `${SPEC}decision: { labels: [0, 1] }\n`,
  'web.yaml': SPEC.replace('rows.csv', '"http://x/y.csv"'),
  'files.yaml': `${SPEC}output: { uri: out/, files: per_object }\n`,
  'labels.yaml': `${SPEC}decision: { labels: [late] }\n`,
  'text.yaml': `${SPEC}batching: { rows: many }\n`,
  'name.yaml': 'version: 1\nendpoint: { name: churn v3 }\n',
  'version.yaml': SPEC.replace('1', '2'),
  'bare.yaml': 'version: 1\nendpoint: { name: churn-v3 }\n',
  '.millrace/j-4f2a0000000000000000/ledger/none': '',
  'newer/j-9c000000000000000000/version': '7\n',
}

/** Puts there what the wrong uses speak of. */
export async function fill(folder: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  await copyFile(model, join(folder, 'm.json'))
  await mkdir(join(folder, 'none'))
  // And not a device of the machine, which would be lost where this is not refused.
  execFileSync('mkfifo', [join(folder, 'pipe')])
}
