import { fstatSync, openSync } from 'node:fs'
import { createSlots, cutReads, glanceOf } from '@millrace/csv'
import { readersFor } from '../../../libs/storage/src/file/readers.ts'
import { peakMemoryKb } from './peak-memory.ts'

/** Cuts a file into batches of 1,000 rows and prints the rows and the peak memory in KiB. */
const file = openSync(process.argv[2] ?? '', 'r')
const size = fstatSync(file).size
const dialect = { delimiter: ',', quote: '"' }
const memory = createSlots(8)
const readers = readersFor(size, glanceOf(memory, dialect))
const slots = { ...memory, buffers: memory.buffers.slice(0, readers.inFlight) }
const options = { dialect, rowsMax: 1_000, bytesMax: 5 * 1024 * 1024, header: false, size, slots }
const readInto = (into: Uint8Array, position: number) => readers.fill(file, into, position)
let rows = 0
for await (const cuts of cutReads(options, readInto)) for (const cut of cuts) rows += cut.rows
process.stdout.write(`${rows} ${peakMemoryKb()}\n`)
await readers[Symbol.asyncDispose]()
