import { parentPort, workerData } from 'node:worker_threads'
import { createReadOver, type Glance, type Read } from './read-over.ts'

/** The program of a thread that reads: it says that it is there, then answers each read, in order. */
const readOver = createReadOver(workerData as Glance)
parentPort?.on('message', (read: Read) => parentPort?.postMessage(readOver(read)))
parentPort?.postMessage('ready')
