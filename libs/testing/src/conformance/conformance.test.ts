import { type Cloud, startCloud } from '@millrace/cloud'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type QueueUnderTest, queueSentences } from './queue-sentences.ts'
import type { Sentence } from './sentence.ts'
import {
  modelQueue,
  modelStore,
  modelTable,
  type Place,
  queueAt,
  storeAt,
  tableAt,
} from './services.ts'
import { type StoreUnderTest, storeSentences } from './store-sentences.ts'
import { type TableUnderTest, tableSentences } from './table-sentences.ts'

/** What an implementation is known to do otherwise, by the title: `docs/simulation.md` has the table. */
type Differences = Readonly<Record<string, unknown>>

const dynalite: Differences = {
  'a refused put tells the item that is there, when asked': undefined,
}
const fauxqs: Differences = {
  'a handle of nobody fails alone in its batch, with HTTP 200': [2, 0],
  'a removal of an object is refused where another has taken its place': ['ok', 'NoSuchKey'],
}

let cloud: Cloud
beforeAll(async () => {
  cloud = await startCloud({ s3: true })
})
afterAll(async () => {
  await cloud.close()
})

function holdTo<Under>(
  name: string,
  sentences: readonly Sentence<Under>[],
  under: (index: number) => Under | Promise<Under>,
  differences: Differences = {},
): void {
  describe(`by ${name}`, () => {
    test.for(sentences.map((sentence, index) => ({ ...sentence, index })))(
      '$title',
      async ({ title, run, wanted, index }) => {
        const found = await run(await under(index))
        expect(found).toEqual(title in differences ? differences[title] : wanted)
      },
    )
  })
}

const once = <Under>(make: () => Promise<Under>): (() => Promise<Under>) => {
  let made: Promise<Under> | undefined
  return () => (made ??= make())
}
const at = (name: 'DYNAMODB' | 'SQS' | 'S3'): Place => ({
  endpoint: cloud.env[`AWS_ENDPOINT_URL_${name}`] ?? '',
  credentials: cloud.credentials,
})

const table = modelTable()
holdTo<TableUnderTest>('the simulated table', tableSentences, () => table)
holdTo<QueueUnderTest>('the simulated queue', queueSentences, modelQueue)
const store = modelStore()
holdTo<StoreUnderTest>('the simulated store', storeSentences, () => store)

const emulated = once(() => tableAt(at('DYNAMODB')))
holdTo<TableUnderTest>('dynalite', tableSentences, emulated, dynalite)
const bySdk = once(() => tableAt(at('DYNAMODB'), 'sdk'))
holdTo<TableUnderTest>('dynalite, through AWS’s client', tableSentences, bySdk, dynalite)
holdTo<QueueUnderTest>(
  'fauxqs, queues',
  queueSentences,
  (index) => queueAt(at('SQS'), `q${index}`),
  fauxqs,
)
const emulatedStore = once(() => storeAt(at('S3')))
holdTo<StoreUnderTest>('fauxqs, objects', storeSentences, emulatedStore, fauxqs)

// An independent opinion, where one runs: moto, DynamoDB Local, dynoxide, ElasticMQ.
const opinions = {
  table: process.env['MILLRACE_OPINION_DYNAMODB'],
  queue: process.env['MILLRACE_OPINION_SQS'],
  store: process.env['MILLRACE_OPINION_S3'],
}
const asked = Object.values(opinions).some((url) => url !== undefined)
if (!asked) console.warn('conformance: no MILLRACE_OPINION_DYNAMODB, _SQS or _S3: nobody to ask')

describe.runIf(asked)('an independent implementation', () => {
  const { table: tableUrl, queue: queueUrl, store: storeUrl } = opinions
  const there = (endpoint: string): Place => ({
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  if (tableUrl !== undefined)
    holdTo(
      'table',
      tableSentences,
      once(() => tableAt(there(tableUrl))),
    )
  if (storeUrl !== undefined)
    holdTo(
      'store',
      storeSentences,
      once(() => storeAt(there(storeUrl))),
    )
  if (queueUrl !== undefined) {
    holdTo('queue', queueSentences, (index) => queueAt(there(queueUrl), `q${index}`))
  }
})
