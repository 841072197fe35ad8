import { parentPort, workerData } from 'node:worker_threads'
import { createReadClaims, type OpenRange, type Reader } from './read-claims.ts'

/** The program of a thread that reads: it says that it is there, then that it has done what it could of a file. */
const readClaims = createReadClaims(workerData as Reader)
parentPort?.on('message', (file: OpenRange) => {
  readClaims(file)
  parentPort?.postMessage('done')
})
parentPort?.postMessage('ready')
