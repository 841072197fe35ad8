import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Endpoint, loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { flights } from './support/flights.ts'

/** What a spec file says beside the endpoint's name, what is typed, and the rows. */
interface Mistake {
  readonly name: string
  readonly rows?: (row: string) => string
  readonly first?: string
  readonly endpoint?: object
  readonly args?: readonly string[]
  readonly url?: string
  readonly accessKeyId?: string
  readonly says: RegExp
}

const MISTAKES: readonly Mistake[] = [
  {
    name: 'a header sent as data',
    first: 'month,day,dow,hour,minute,distance,origin,destination',
    args: ['--header', 'absent'],
    says: /looks like a header.*set dataset\.csv\.header to present/,
  },
  {
    name: 'too few columns',
    rows: (row) => row.slice(0, row.lastIndexOf(',')),
    says: /takes more columns than the rows have/,
  },
  {
    name: 'too many columns',
    rows: (row) => `${row},1`,
    says: /more columns than the model of flights takes/,
  },
  {
    name: 'another delimiter',
    rows: (row) => `${row.replaceAll(',', ';')};x`,
    says: /delimited by ";", not by a comma: set dataset\.csv\.delimiter/,
  },
  {
    name: 'another content type',
    endpoint: { contentType: 'image/png' },
    says: /does not take image\/png: check endpoint\.contentType/,
  },
  {
    name: 'another endpoint',
    endpoint: { name: 'other' },
    says: /There is no endpoint other in us-east-1/,
  },
  {
    name: 'a region that is none',
    args: ['--region', 'eu-nowhere-9'],
    url: 'http://runtime.sagemaker.eu-nowhere-9.invalid',
    says: /host of the endpoint is not known: check the region eu-nowhere-9/,
  },
  {
    name: 'no permission',
    accessKeyId: 'AKIDNOBODY',
    says: /may not invoke flights in us-east-1: allow sagemaker:InvokeEndpoint/,
  },
]

let open: Endpoint
let guarded: Endpoint
beforeAll(async () => {
  const model = loadXgboostModel(flights.model)
  open = await startEndpoint({ name: 'flights', model })
  guarded = await startEndpoint({ name: 'flights', model, accessKeyId: 'AKIDSOMEBODY' })
})
afterAll(async () => {
  await Promise.all([open.close(), guarded.close()])
})

test.for(MISTAKES)('$name is told in a sentence before anything is scored', async (mistake) => {
  await using folder = await temporaryFolder()
  const { rows = (row) => row, first, endpoint, args = [], accessKeyId, says } = mistake
  const lines = flights.rows.slice(0, 100).map(rows)
  const text = [...(first === undefined ? [] : [first]), ...lines].join('\n')
  await writeFile(join(folder.path, 'rows.csv'), `${text}\n`)
  const spec = { version: 1, endpoint: { name: 'flights', ...endpoint } }
  await writeFile(join(folder.path, 'job.yaml'), JSON.stringify(spec))
  const url = mistake.url ?? (accessKeyId === undefined ? open.url : guarded.url)
  const { code, stderr } = await runCli(
    ['run', 'rows.csv', '-f', 'job.yaml', '--endpoint-url', url, ...args],
    { cwd: folder.path, env: { AWS_ACCESS_KEY_ID: 'AKIDNOBODY', AWS_SECRET_ACCESS_KEY: 'x' } },
  )
  const said = stderr.split('\n').filter((line) => line.startsWith('failed: '))
  expect(said).toEqual([expect.stringMatching(says)])
  expect(said[0]).toMatch(/preflight_failed/)
  expect(code).toBe(1)
})
