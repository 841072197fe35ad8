import { fstatSync, openSync, read } from 'node:fs'
import { cutReads } from '@millrace/csv'

/** Cuts a file into batches of 1,000 rows and prints the rows and the peak memory in KiB. */
const file = openSync(process.argv[2] ?? '', 'r')
const options = {
  dialect: { delimiter: ',', quote: '"' },
  rowsMax: 1_000,
  bytesMax: 5 * 1024 * 1024,
  header: false,
  size: fstatSync(file).size,
}
const readInto = (into: Uint8Array, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    read(file, into, 0, into.length, position, (error, length) => {
      if (error) reject(error)
      else resolve(length)
    })
  })
let rows = 0
for await (const cuts of cutReads(options, readInto)) for (const cut of cuts) rows += cut.rows
process.stdout.write(`${rows} ${process.resourceUsage().maxRSS}\n`)
