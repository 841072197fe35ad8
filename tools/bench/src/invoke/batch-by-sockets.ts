import { createInterface } from 'node:readline'
import { inThisProcess } from '../harness/cpu-rounds.ts'
import { openBatchSockets } from './floor.ts'

/*
 * `invoke/batch-by-sockets.ts <bucket URL> <endpoint URL> <ledger URL>`: what a batch takes at least, in a
 * process of its own as a consumer is.
 */

const [bucketUrl = '', endpointUrl = '', tableUrl = ''] = process.argv.slice(2)
const batches = openBatchSockets(bucketUrl, endpointUrl, tableUrl)
const measure = inThisProcess(batches.call)
console.log('ready')
for await (const line of createInterface(process.stdin)) console.log(await measure(Number(line)))
batches.close()
