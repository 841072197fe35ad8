import { CommanderError } from 'commander'
import { expect, onTestFinished, test, vi } from 'vitest'
import { allCommands, createProgram } from './program.ts'
import type { RunOptions } from './run/run-options.ts'

/** Parses a command line; gives back what the verb was called with, or what was said to the user. */
async function parse(
  ...args: string[]
): Promise<{ ran?: RunOptions; said: string; code?: number }> {
  let ran: RunOptions | undefined
  let said = ''
  const write = (text: string): void => void (said += text)
  const program = createProgram(async (_load, options) => {
    ran = options as unknown as RunOptions
  })
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({ writeOut: write, writeErr: write })
  }
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { said, code: error.exitCode }
  }
  return { said, ...(ran === undefined ? {} : { ran }) }
}

test('a run has no defaults for what the spec says', async () => {
  const { ran } = await parse('run', 'rows.csv', '--endpoint', 'churn-v3')
  expect(ran).toEqual({
    data: 'rows.csv',
    spec: { endpoint: { name: 'churn-v3' } },
    localLatency: 0,
    concurrency: 16,
    consumers: expect.any(Number),
    fresh: false,
    quiet: false,
  })
})

test('reasons of a retry are collected, and its job is named before or after', async () => {
  const { ran } = await parse(
    'retry',
    '--reason',
    'a',
    'j-4f2a',
    '--reason',
    'b',
    '--endpoint',
    'x',
  )
  expect(ran).toMatchObject({ job: 'j-4f2a', reason: ['a', 'b'], endpoint: 'x', json: false })
  expect((await parse('retry')).ran).not.toHaveProperty('reason')
})

test.for<[string[], Partial<RunOptions>]>([
  [['-', '-o', '-'], { data: '-', out: '-' }],
  [
    ['x', '--failed-rows-max', '5', '--failed-rows-percent-max', '0.5'],
    { spec: { tolerance: { failedRowsMax: 5, failedRowsPercentMax: 0.5 } } },
  ],
  [['x', '--threshold', '-0.5'], { spec: { decision: { threshold: -0.5 } } }],
  [
    ['x', '--threshold', '0.3', '--threshold', '0.7', '--label', 'stays', '--label', 'leaves'],
    { spec: { decision: { threshold: [0.3, 0.7], labels: ['stays', 'leaves'] } } },
  ],
  [
    ['x', '--join', 'id,3', '--result-format', 'jsonl', '--compress', 'gzip', '--rows-in-errors'],
    {
      spec: {
        output: { join: ['id', 3], format: 'jsonl', compression: 'gzip', errors: { row: true } },
      },
    },
  ],
  [
    ['x', '--decision', 'multiclass', '--probabilities', 'winner', '--class-name', 'species'],
    {
      spec: {
        decision: { kind: 'multiclass', probabilities: 'winner' },
        output: { names: { classification: 'species' } },
      },
    },
  ],
  [['x', '--delimiter', '\\t'], { spec: { dataset: { csv: { delimiter: '\t' } } } }],
  [['x', '--delimiter', ';'], { spec: { dataset: { csv: { delimiter: ';' } } } }],
  [
    ['x', '--batch-rows', '1', '--concurrency', '1024'],
    { spec: { batching: { rows: 1 } }, concurrency: 1_024 },
  ],
  [
    ['x', '--join', 'all', '--header', 'absent'],
    { spec: { output: { join: 'all' }, dataset: { csv: { header: 'absent' } } } },
  ],
  [
    ['x', '--local-model', 'm.json', '--local-latency', '20'],
    { localModel: 'm.json', localLatency: 20 },
  ],
  [['x', '--endpoint-url', 'http://127.0.0.1:8080'], { endpointUrl: 'http://127.0.0.1:8080' }],
  [['-f', 'millrace.yaml', '--endpoint', 'x'], { file: 'millrace.yaml' }],
  [['x', '--state', 'dir', '--fresh', '-q'], { state: 'dir', fresh: true, quiet: true }],
])('run %j is understood', async ([args, options]) => {
  expect((await parse('run', ...args)).ran).toMatchObject(options)
})

test.for([
  [['--batch-rows', '0'], 'Wanted a whole number from 1 to 100000.'],
  [['--batch-rows', '1.5'], 'Wanted a whole number'],
  [['--batch-rows', ''], 'Wanted a whole number'],
  [['--concurrency', '1025'], 'from 1 to 1024.'],
  [['--consumers', 'many'], 'Wanted a whole number from 1 to 64.'],
  [['--threshold', 'half'], 'Wanted a number, such as 0.5.'],
  [['--threshold', ' '], 'Wanted a number'],
  [['--threshold', 'Infinity'], 'Wanted a number'],
  [['--delimiter', ';;'], 'Wanted one ASCII character'],
  [['--delimiter', 'é'], 'Wanted one ASCII character'],
  [['--endpoint-url', 'churn-v3'], 'Wanted a URL, such as http://127.0.0.1:8080.'],
  [['--endpoint-url', 'file:///etc/passwd'], 'Wanted a URL'],
  [['--join', 'id,,x'], 'Wanted columns, such as'],
  [['--result-format', 'xlsx'], 'Allowed choices are csv, jsonl, parquet.'],
  [['--decision', 'maybe'], 'Allowed choices are binary, multiclass, none.'],
  [['--header', 'maybe'], 'Allowed choices are auto, present, absent.'],
  [['--local-model', 'm.json', '--endpoint', 'x'], 'cannot be used with'],
  [['--endpont', 'x'], 'Did you mean --endpoint?'],
  [['more.csv'], 'too many arguments'],
] as const)('run with %j is wrong use, and says why', async ([args, reason]) => {
  const { ran, said, code } = await parse('run', 'rows.csv', ...args)
  expect(ran).toBeUndefined()
  expect(said).toContain(reason)
  expect(said).toContain('millrace run --help shows what there is')
  expect(code).toBe(1)
})

test('an endpoint of the environment counts only where none is typed', async () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('MILLRACE_ENDPOINT', 'exported')
  const specOf = async (...args: string[]) => (await parse('run', 'x', ...args)).ran?.spec
  expect(await specOf()).toEqual({ endpoint: { name: 'exported' } })
  expect(await specOf('--endpoint', 'typed')).toEqual({ endpoint: { name: 'typed' } })
  for (const verb of ['run', 'estimate', 'tune']) {
    const { ran } = await parse(verb, 'x', '--local-model', 'm.json')
    expect(ran).toMatchObject({ localModel: 'm.json', spec: {} })
  }
  const { said } = await parse('run', 'x', '--local-model', 'm.json', '--endpoint', 'typed')
  expect(said).toContain('cannot be used with')
})

test.for(['', ' ', 'j-'])('for the job "%s", no verb takes whichever there is', async (job) => {
  for (const verb of ['status', 'cancel', 'retry', 'export', 'report', 'dlq discard']) {
    const { ran, said } = await parse(...verb.split(' '), job)
    expect(ran).toBeUndefined()
    expect(said).toContain('Wanted a job, such as j-4f2a.')
  }
})

test.for(['run', 'status', 'dev'])('%s with an empty --state is wrong use', async (verb) => {
  const { ran, said } = await parse(verb, '--state', '')
  expect(ran).toBeUndefined()
  expect(said).toContain('Wanted a folder, such as .millrace.')
})

test('a misspelt verb is told the nearest one', async () => {
  expect((await parse('rum')).said).toContain('Did you mean run?')
})

test('the help of a run shows examples and exit codes', async () => {
  const { said, code } = await parse('run', '--help')
  expect(code).toBe(0)
  expect(said).toContain('millrace run rows.csv --endpoint churn-v3')
  expect(said).toContain('Exit codes: 0 all rows predicted, 3 some rows failed')
})

test.for<[string[], object]>([
  [['pause'], {}],
  [['pause', 'j-4f2a', '--state', 'dir'], { job: 'j-4f2a', state: 'dir' }],
  [['resume', 'j-4f2a'], { job: 'j-4f2a' }],
  [['cancel', 'j-4f2a'], { job: 'j-4f2a' }],
  [['adjust', 'j-4f2a', '--concurrency', '8'], { job: 'j-4f2a', concurrency: 8 }],
  [
    ['adjust', '--failed-rows-max', 'none', '--failed-rows-percent-max', '2.5'],
    { failedRowsMax: 'none', failedRowsPercentMax: 2.5 },
  ],
  [['retry', '--failed-rows-max', 'none'], { failedRowsMax: 'none' }],
  [['dlq', 'list'], { queue: 'batches', max: 1_000, json: false }],
  [['dlq', 'show', 'j-4f2a', '--rows', '0'], { job: 'j-4f2a', rows: 0 }],
  [['dlq', 'redrive', '--code', 'not_json', '--rate', '5'], { code: 'not_json', rate: 5 }],
  [['dlq', 'discard', '--queue', 'jobs', '--all'], { queue: 'jobs', all: true }],
])('%j is understood', async ([args, options]) => {
  expect((await parse(...args)).ran).toMatchObject(options)
})

test.for([
  [['cancel'], "missing required argument 'job'"],
  [['adjust', '--concurrency', '0'], 'Wanted a whole number from 1 to 1024.'],
  [
    ['adjust', '--failed-rows-max', '-1'],
    'Wanted a whole number from 0 to 9007199254740991, or none.',
  ],
  [['adjust', '--failed-rows-percent-max', '101'], 'Wanted a number from 0 to 100, or none.'],
  [['dlq', 'list', '--queue', 'rows'], 'Allowed choices are jobs, batches, completions.'],
] as const)('%j is refused with what was wanted', async ([args, wanted]) => {
  const { said, code } = await parse(...args)
  expect(code).toBe(1)
  expect(said).toContain(wanted)
})
