import { run, model, wide } from './folder.fixture.ts'
import type { WrongUse } from './folder.fixture.ts'

export const fileMistakes: readonly WrongUse[] = [
  {
    name: 'a file of a folder that is no table',
    args: ['run', 'mixed', '--local-model', model],
    says: /^millrace: mixed\/\.DS_Store: read head: a NUL byte at byte 0/m,
  },
  {
    name: 'a folder to be made for the result',
    args: ['run', 'rows.csv', '--local-model', model, '-o', 'new/'],
    says: /^millrace: new\/: names a folder, wanted a file\n.*--out new\/result\.csv/m,
  },
  {
    name: 'no input',
    args: ['run', '--local-model', model],
    says: /missing required argument 'data': wanted a file, a folder.*, a .manifest, an s3:/,
  },
  { name: 'no endpoint', args: ['run', 'rows.csv'], says: /no endpoint: wanted --endpoint NAME/ },
  {
    name: 'a missing file',
    args: ['run', 'row.csv', '--local-model', model],
    says: /row\.csv: no such file/,
  },
  {
    name: 'a missing file to plan',
    args: ['plan', 'row.csv'],
    says: /row\.csv: no such file or folder/,
  },
  {
    name: 'an empty file',
    args: ['run', 'empty.csv', '--local-model', model],
    says: /empty\.csv: is empty/,
  },
  {
    name: 'a folder without a table',
    args: ['run', 'none', '--local-model', model],
    says: /there is nothing below it/,
  },
  {
    name: 'a page of the web',
    args: ['run', 'https://x/y.csv', '--local-model', model],
    says: /wanted a path, or an s3:\/\/ URI\n.*curl -fL https:\/\/x\/y\.csv \| millrace run -/,
  },
  {
    name: 'S3 with one slash',
    args: ['plan', 's3:/bucket/x.csv'],
    says: /did you mean s3:\/\/bucket\/x\.csv\?/,
  },
  {
    name: 'UTF-16',
    args: ['run', 'utf16.csv', '--local-model', model],
    says: /is UTF-16, wanted UTF-8\n.*iconv/,
  },
  {
    name: 'a NUL byte',
    args: ['run', 'nul.csv', '--local-model', model],
    says: /a NUL byte at byte 5, wanted text\n.*tr -d/,
  },
  {
    name: 'empty standard input',
    args: ['run', '-', '--local-model', model],
    says: /standard input is empty.*\n.*the same table again continues/,
  },
  {
    name: 'a result in no folder',
    args: [...run.slice(0, 5), 'no/out.csv'],
    says: /no\/out\.csv: its folder does not exist/,
  },
  {
    name: 'a result below a file',
    args: [...run.slice(0, 5), 'rows.csv/out.csv'],
    says: /its folder is a file/,
  },
  {
    name: 'a result that is a folder',
    args: [...run.slice(0, 5), 'full'],
    says: /full: is a directory, wanted a file/,
  },
  {
    name: 'a result over its input',
    args: [...run.slice(0, 5), 'rows.csv'],
    says: /is the input itself/,
  },
  {
    name: 'a result over that of another table',
    args: ['run', 'table.csv', '--local-model', model],
    says: /is the result of another dataset, file:\/\/\/2026-01\/table\.csv\n.*choose another with --out/,
  },
  {
    name: 'a result beside that of another format',
    args: ['run', 'rows.csv', '--local-model', model, '-o', 'table.predictions.parquet'],
    says: /table\.predictions\.manifest\.json would be its manifest, and is that of table\.pred/,
  },
  {
    name: 'a result that is a pipe',
    args: [...run.slice(0, 5), 'pipe'],
    says: /pipe: is no regular file.*\n.*--out - is standard output/,
  },
  {
    name: 'a report that is a pipe',
    args: ['report', '-o', 'pipe'],
    says: /pipe: is no regular file/,
  },
  {
    name: 'a result over the model',
    args: ['run', 'rows.csv', '--local-model', 'm.json', '-o', 'm.json'],
    says: /m\.json: is the model itself/,
  },
  {
    name: 'a file of another host',
    args: ['run', 'file://rows.csv', '--local-model', model],
    says: /file:\/\/rows\.csv: names no file of this machine\n.*three slashes/,
  },
  {
    name: 'a result in the folder that is read',
    args: ['run', 'full', '--local-model', model, '-o', 'full/out.csv'],
    says: /which the run reads/,
  },
  {
    name: 'state below a file',
    args: [...run, '--state', 'rows.csv'],
    says: /cannot be made \(ENOTDIR\)|cannot be made \(EEXIST\)/,
  },
  {
    name: 'a missing model',
    args: ['run', 'rows.csv', '--local-model', 'no.json'],
    says: /no\.json: no such file/,
  },
  {
    name: 'a model that is none',
    args: ['run', 'rows.csv', '--local-model', 'text.json'],
    says: /text\.json: not JSON\n.*save_model/,
  },
  {
    name: 'a misspelt column',
    args: ['run', wide, '--local-model', model, '--include', 'month,distanc'],
    says: /no column "distanc" \(did you mean "distance"\?\)/,
  },
  {
    name: 'a misspelt column to join',
    args: ['run', wide, '--local-model', model, '--join', 'distanc'],
    says: /no column "distanc" \(did you mean "distance"\?\)/,
  },
  {
    name: 'a column beyond the last',
    args: ['plan', wide, '--include', '99'],
    says: /no column 99 \(the table has 12\)/,
  },
]
