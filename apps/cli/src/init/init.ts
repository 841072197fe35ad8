import { stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { jobSpecSchema, limits } from '@millrace/job'
import { makeFolder } from '@millrace/storage'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { shellWord } from '../show/shell-word.ts'
import type { World } from '../world.ts'

/** The spec that is written where none is named, and in a folder. */
const DEFAULT_FILE = 'millrace.yaml'

export interface InitOptions {
  /** A path, or a folder. */
  readonly file: string
  readonly force: boolean
}

/** `millrace init`: writes a spec with every setting in it, and a schema for the editor. */
export async function init(options: InitOptions, world: World): Promise<ExitCode> {
  const { force } = options
  const file = await fileOf(options.file)
  const path = resolve(file)
  const schema = join(dirname(path), '.millrace', 'job-spec.schema.json')
  await makeFolder(dirname(schema)).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${dirname(schema)}: cannot be made (${cause.code})`, { cause })
  })
  // First, for without it there is to be no spec either.
  await writeFile(schema, `${JSON.stringify(editorSchema())}\n`).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new CliError(`${schema}: may not be written (${cause.code})`, { cause })
    },
  )
  const flag = force ? 'w' : 'wx'
  await writeFile(path, specText(relative(dirname(path), schema)), { flag }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') {
        throw new CliError(`${file}: may not be written (${cause.code})`, { cause })
      }
      throw new CliError(`${file}: exists already`, { hint: '--force writes over it', cause })
    },
  )
  world.stdout.write(`wrote ${file}; millrace run -f ${shellWord(file)} runs it\n`)
  return EXIT.succeeded
}

/** In a folder, whether it is there or named as one, the spec has its usual name. */
async function fileOf(named: string): Promise<string> {
  const isFolder = /[/\\]$/.test(named) || (await stat(named).catch(() => undefined))?.isDirectory()
  return isFolder ? join(named, DEFAULT_FILE) : named
}

/** What an editor holds the file to: a place may be a path there, which becomes a URI when the file is read. */
export const editorSchema = () =>
  z.toJSONSchema(jobSpecSchema, {
    io: 'input',
    override({ jsonSchema, path }) {
      if (path.at(-1) === 'uri') delete jsonSchema.pattern
    },
  })

/** What is commented out is the default. */
export function specText(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
version: 1

dataset:
  uri: rows.csv # or s3://bucket/key.csv, or s3://bucket/prefix/ for all objects below it
  # format: csv # by the name; or jsonl
  # compression: auto # by the first bytes; or none, gzip, zstd
  # csv:
  #   header: auto # or present, absent
  #   delimiter: ',' # by the name: a tab of .tsv and .tab
  #   quote: '"'
  # features: # the columns that are the model's input, by name or by index from 0
  #   exclude: [id, label] # or include: […]; all of them by default

endpoint:
  name: my-endpoint
  # variant: blue
  # model: churn.tar.gz # of a multi-model endpoint
  # inferenceComponent: churn
  # contentType: text/csv
  # accept: text/csv # contentType, where that is JSON
  # response: auto # how predictions are read out of the answer

# batching:
#   rows: ${limits.batchRowsDefault} # rows of one invocation
#   payloadBytesMax: ${limits.payloadBytesDefault} # a serverless endpoint takes 4 MB

# decision:
#   kind: binary # or multiclass, none
#   threshold: 0.5 # above it is class 1, exactly it is class 0; or several, such as [0.3, 0.5]
#   probabilities: each # of several classes; or winner. labels: [no, yes] names the classes

output:
  uri: scores.csv # or s3://bucket/key.csv, with millrace submit
  # format: csv # by the name; or jsonl, parquet
  # compression: auto # by the name; none, and zstd pages in Parquet; or gzip, zstd
  # files: one # or per_object, of a stack: for each input object its name and .out, in the folder of uri
  # join: none # or all, or a list of columns: input columns beside the prediction
  # header: auto # or present, absent; without one where an input that has none is joined
  # names: # of the columns that are added; classification: … names that of the class
  #   prediction: Prediction
  #   probability: Probability
  # errors:
  #   row: false # or true: each failed row itself beside its reason

# tolerance: # beyond it the job stops; by default failed rows are listed beside the result
#   failedRowsMax: 100
#   failedRowsPercentMax: 1

# deadline: 4h # or 2026-12-01T06:00:00Z; it is told early when the job will be late
`
}
