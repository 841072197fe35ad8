import { statSync, writeSync } from 'node:fs'
import { createCutter, createSlots, glanceOf } from '@millrace/csv'
import { createOpenFiles } from '../../../../libs/storage/src/file/open-files.ts'
import { pinFile } from '../../../../libs/storage/src/file/pin.ts'
import { readersFor, readerSlots } from '../../../../libs/storage/src/file/readers.ts'
import { streamByReaders } from '../../../../libs/storage/src/file/stream-by-readers.ts'
import { peakMemoryKb } from '../harness/peak-memory.ts'

/** Cuts a file into batches of 1,000 rows, as a producer does, and prints the rows and the peak memory in KiB. */
const path = process.argv[2] ?? ''
const dialect = { delimiter: ',', quote: '"' }
const slots = createSlots(readerSlots)
const readers = readersFor(statSync(path).size, slots.buffers, glanceOf(slots, dialect))
const object = await pinFile(path)
const cutter = createCutter({
  dialect,
  rowsMax: 1_000,
  bytesMax: 5 * 1024 * 1024,
  header: false,
  slots,
})
const files = createOpenFiles(1)
const whole = { start: 0, end: object.bytes }
const { signal } = new AbortController()
for await (const piece of streamByReaders({ files, readers }, object, path, whole, signal)) {
  cutter.push(piece)
}
cutter.end()
await Promise.all([files.close(), readers[Symbol.asyncDispose]()])
writeSync(1, `${cutter.rows} ${peakMemoryKb()}\n`)
process.exit()
