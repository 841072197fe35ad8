import { createHash, type Hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { printLines } from '@millrace/predictions'
import type { PrintReply, PrintRequest, ThreadReply, ThreadRequest } from './thread-messages.ts'

/* The program of the other thread: answers each request, in order. */

const hashes = new Map<number, Hash>()

parentPort?.on('message', (request: ThreadRequest) => {
  parentPort?.postMessage(answer(request))
})

function answer(request: ThreadRequest): ThreadReply {
  switch (request.kind) {
    case 'update': {
      const bytes = new Uint8Array(request.block, 0, request.bytes)
      hashes.set(request.file, hashOf(request.file).update(bytes))
      return { kind: 'updated' }
    }
    case 'end': {
      const digest = hashOf(request.file).digest('hex')
      hashes.delete(request.file)
      return { kind: 'ended', digest }
    }
    case 'print':
      return { kind: 'printed', parts: request.parts.map((part) => print(request.memory, part)) }
    default:
      return request satisfies never
  }
}

const hashOf = (file: number): Hash => hashes.get(file) ?? createHash('sha256')

function print(memory: SharedArrayBuffer, part: PrintRequest): PrintReply {
  const { floatsAt, rows, linesAt, digestHead } = part
  const floats = new Uint8Array(memory, floatsAt, rows * Float32Array.BYTES_PER_ELEMENT)
  const there = (bytes: number): Uint8Array => new Uint8Array(memory, linesAt, bytes)
  const { text, empty, plain } = printLines(floats, there)
  const digest = createHash('sha256').update(digestHead).update(text).digest('hex')
  return { textBytes: text.length, empty, plain, digest }
}
