import { type Job, layersOf } from '@millrace/job'
import type { Item } from '../table/item.ts'
import { partPartition } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { decodeAhead, foundPart, type FoundPart } from './decode-ahead.ts'
import type { DocumentsOf, PartPlace, PrintParts, ReadPart } from './part.ts'
import { type Page, queryPage } from '../table/query.ts'

/*
 * Part b lies in partition b mod S, so in index order the S streams take turns:
 *
 *     partition 0:  0    3    6   …
 *     partition 1:  1    4    7   …      ──▶  0 1 2 3 4 5 6 7 …
 *     partition 2:  2    5    8   …
 *
 * Each stream holds one page and reads the next one ahead. Where a part is missing, its stream is
 * ahead of the others and waits: the smallest head is always next.
 *
 * A retry has such streams for each job that it stands on too. Of parts with the same index the newest
 * job's is taken, and the others are passed over.
 */

/**
 * Memory of all pages held, about; DynamoDB's pages of 1 MB are cut down to fit: 160 KB of 16 partitions. That is about
 * what the first ones have, so that the memory of those fits the next.
 */
const PAGES_BYTES_MAX = 5 * 1024 * 1024
const PAGE_BYTES_MAX = 1024 * 1024
/** Parts that are passed on at once. */
const RUN_PARTS_MAX = 16
/** Parts of a first page, before the size of a part is known. */
const FIRST_PAGE_PARTS = 32

/**
 * Reads all parts of a job in the order of their batches (strongly consistent), for a retry with those
 * of the jobs below. Memory is bounded by 5 MB of pages, whatever the job's size. A missing part is left
 * out: the reader counts. Who gives back a part's memory when done with it has a next one read into it.
 *
 * @throws {LedgerError} `item_corrupt` at a part that is not what was written.
 */
export async function* readParts(
  ledger: Ledger,
  job: PartPlace & Pick<Job, 'retryOf' | 'plan'>,
  documentsOf: DocumentsOf,
  signal: AbortSignal,
): AsyncGenerator<ReadPart> {
  for await (const run of readRunsOfParts(ledger, job, documentsOf, signal)) yield* run
}

/**
 * The same, as many parts at once as are there: to wait for each by itself takes longer than to copy its predictions.
 *
 * @param print prints the floats of many parts elsewhere, ahead of their turn.
 */
export function readRunsOfParts(
  ledger: Ledger,
  job: PartPlace & Pick<Job, 'retryOf' | 'plan'>,
  documentsOf: DocumentsOf,
  signal: AbortSignal,
  print?: PrintParts,
): AsyncGenerator<readonly ReadPart[]> {
  return decodeAhead(findParts(ledger, job, documentsOf, signal), print, signal)
}

/** The items of all parts in order, each with the documents of its job. */
async function* findParts(
  ledger: Ledger,
  job: PartPlace & Pick<Job, 'retryOf' | 'plan'>,
  documentsOf: DocumentsOf,
  signal: AbortSignal,
): AsyncGenerator<readonly FoundPart[]> {
  const stop = new AbortController()
  const aborted = AbortSignal.any([signal, stop.signal])
  const layers = layersOf(job)
  // Of a small job most partitions are empty, and an empty one costs a query, too.
  const partitions = Math.min(job.partitions, job.plan?.batches ?? job.partitions)
  const pageBytes = Math.min(PAGE_BYTES_MAX, PAGES_BYTES_MAX / (2 * partitions * layers.length))
  const pages = { bytes: pageBytes, firstParts: Math.ceil(FIRST_PAGE_PARTS / layers.length) }
  const streams = layers.flatMap((jobId) => {
    const documents = documentsOf(jobId)
    return Array.from({ length: partitions }, (_, index) => {
      const place = { partition: partPartition(jobId, index), documents }
      return createStream(ledger, place, pages, aborted)
    })
  })
  try {
    await Promise.all(streams.map((stream) => stream.fill()))
    let run: FoundPart[] = []
    for (;;) {
      const next = smallestHead(streams)
      const key = next?.head() ?? ''
      if (next !== undefined) run.push(next.take())
      const isEnd = next === undefined || next.head() === undefined
      if (run.length > 0 && (isEnd || run.length === RUN_PARTS_MAX)) {
        yield run
        run = []
      }
      if (next === undefined) return
      if (isEnd) await next.fill()
      if (layers.length > 1) await passOver(streams, key)
    }
  } finally {
    stop.abort()
  }
}

interface Place {
  readonly partition: string
  /** Those of the parts' job. */
  readonly documents: ReturnType<DocumentsOf>
}

interface Stream {
  /** The sort key of the next part; nothing at the end. Valid after `fill`. */
  head(): string | undefined
  take(): FoundPart
  /** Waits until there is a head or the end is reached. */
  fill(): Promise<void>
}

interface Keyed {
  /** Its sort key. */
  readonly key: string
  readonly part: FoundPart
}

interface PartsPage {
  readonly parts: readonly Keyed[]
  /** Where the next page begins, and how many parts it is to have; nothing after the last page. */
  readonly next?: { readonly from: Item; readonly limit: number }
}

/** Leaves out the parts of older jobs for a batch that was read. */
async function passOver(streams: readonly Stream[], key: string): Promise<void> {
  for (const stream of streams.filter((one) => one.head() === key)) {
    stream.take().release()
    await stream.fill()
  }
}

/** The first one of those that are equal. */
function smallestHead(streams: readonly Stream[]): Stream | undefined {
  let smallest: Stream | undefined
  let key: string | undefined
  for (const stream of streams) {
    const head = stream.head()
    if (head !== undefined && (key === undefined || head < key)) {
      smallest = stream
      key = head
    }
  }
  return smallest
}

function createStream(
  ledger: Ledger,
  { partition, documents }: Place,
  pages: { readonly bytes: number; readonly firstParts: number },
  signal: AbortSignal,
): Stream {
  let parts: readonly Keyed[] = []
  let at = 0
  let ahead: Promise<PartsPage> | undefined = readAhead(undefined, pages.firstParts)

  function readAhead(from: Item | undefined, limit: number): Promise<PartsPage> {
    const page = readPage(from, limit)
    // A failure is seen when the page is wanted, which may be never.
    page.catch(() => {})
    return page
  }

  async function readPage(from: Item | undefined, limit: number): Promise<PartsPage> {
    const input = {
      KeyConditionExpression: 'PK = :partition',
      ExpressionAttributeValues: { ':partition': { S: partition } },
      ConsistentRead: true,
      Limit: limit,
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    }
    const page = await queryPage(ledger, `read parts in ${partition}`, input, signal)
    const { items, next } = page
    const release = releaseAfter(items.length, page)
    return {
      parts: items.map((item) => ({ key: keyOf(item), part: foundPart(item, documents, release) })),
      ...(next === undefined ? {} : { next: { from: next, limit: partsOf(page, pages.bytes) } }),
    }
  }

  return {
    head: () => parts[at]?.key,
    take() {
      const taken = parts[at]
      if (taken === undefined) throw new RangeError('taken past the end of a page')
      at += 1
      return taken.part
    },
    async fill() {
      while (at === parts.length && ahead !== undefined) {
        const page = await ahead
        parts = page.parts
        at = 0
        ahead = page.next === undefined ? undefined : readAhead(page.next.from, page.next.limit)
      }
    },
  }
}

/** To be called for each part; the page's memory is given back with the last one. */
function releaseAfter(parts: number, page: Page): () => void {
  let left = parts
  return () => {
    left -= 1
    if (left === 0) page.release?.()
  }
}

const keyOf = (item: Item): string => item['SK']?.S ?? ''

/** How many parts like those of `page` make a page of `pageBytes`. */
function partsOf(page: Page, pageBytes: number): number {
  const bytes = page.items.reduce((sum, item) => sum + bytesOf(item), 0)
  return Math.max(1, Math.floor((pageBytes * page.items.length) / Math.max(bytes, 1)))
}

/** The bodies, and about as much for the rest as the attributes' names and values take. */
function bytesOf(item: Item): number {
  return (item['predictions']?.B?.length ?? 0) + (item['failures']?.B?.length ?? 0) + 512
}
