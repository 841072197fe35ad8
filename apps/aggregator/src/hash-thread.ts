import { createHash, type Hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import type { HashReply, HashRequest } from './hasher.ts'

/* The other thread of `hasher.ts`: answers each request, in order. */

const hashes = new Map<number, Hash>()

parentPort?.on('message', (request: HashRequest) => {
  parentPort?.postMessage(answer(request))
})

function answer(request: HashRequest): HashReply {
  const { kind, file } = request
  const hash = hashes.get(file) ?? createHash('sha256')
  switch (kind) {
    case 'update':
      hashes.set(file, hash.update(new Uint8Array(request.block, 0, request.bytes)))
      return { kind: 'updated' }
    case 'end':
      hashes.delete(file)
      return { kind: 'ended', digest: hash.digest('hex') }
    default:
      return kind satisfies never
  }
}
