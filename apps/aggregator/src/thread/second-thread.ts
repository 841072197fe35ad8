import { createHash, hash, type Hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { kernelStyle, type KernelStyle, printLines } from '@millrace/predictions'
import {
  memoryOf,
  type PrintReply,
  type PrintRequest,
  type ThreadReply,
  type ThreadRequest,
} from './thread-messages.ts'

/* The program of the other thread: answers each request, in order. */

const hashes = new Map<number, Hash>()

parentPort?.on('message', (request: ThreadRequest) => {
  const reply = answer(request)
  parentPort?.postMessage(reply, memoryOf(reply))
})

function answer(request: ThreadRequest): ThreadReply {
  switch (request.kind) {
    case 'update': {
      const { file, first, memory, bytes } = request
      if (first) hashes.set(file, createHash('sha256'))
      const hash = hashes.get(file)?.update(new Uint8Array(memory, 0, bytes))
      return hash === undefined ? { kind: 'not_begun' } : { kind: 'updated', memory }
    }
    case 'end': {
      const digest = hashes.get(request.file)?.digest('hex')
      hashes.delete(request.file)
      return digest === undefined ? { kind: 'not_begun' } : { kind: 'ended', digest }
    }
    case 'print': {
      const { memory, parts } = request
      const style = request.style && kernelStyle(request.style)
      return { kind: 'printed', memory, parts: parts.map((part) => print(memory, part, style)) }
    }
    default:
      return request satisfies never
  }
}

function print(
  memory: ArrayBuffer,
  { headAt, floatsAt, rows: count, linesAt }: PrintRequest,
  style: KernelStyle | undefined,
): PrintReply {
  const floats = new Uint8Array(memory, floatsAt, count * Float32Array.BYTES_PER_ELEMENT)
  const there = (bytes: number): Uint8Array => new Uint8Array(memory, linesAt, bytes)
  const { rows, textBytes, empty, plain } = printLines(floats, there, style)
  const covered = new Uint8Array(memory, headAt, floatsAt + floats.length - headAt)
  const digest = hash('sha256', covered)
  return rows === undefined
    ? { kind: 'lines', textBytes, empty, plain, digest }
    : { kind: 'rows', textBytes, rowsBytes: rows.length, digest }
}
