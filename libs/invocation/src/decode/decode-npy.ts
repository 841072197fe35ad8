import type { Decoded } from './decoded.ts'

/** Reads an array as NumPy writes it: a row for each element of the first axis. */
export function decodeNpy(body: Buffer, rows: number): Decoded {
  const header = headerOf(body)
  if (typeof header === 'string') return { kind: 'malformed', reason: header }
  const { read, bytes, shape, start } = header
  const width = shape.slice(1).reduce((product, size) => product * size, 1)
  if (shape[0] !== rows || width === 0 || body.length !== start + rows * width * bytes) {
    return { kind: 'malformed', reason: `array of shape (${shape.join()}) for ${rows} rows` }
  }
  const texts = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: width }, (_, column) =>
      // The shortest text that reads back as the same double, which holds every float32.
      String(read(body, start + (row * width + column) * bytes)),
    ).join(','),
  )
  return { kind: 'decoded', predictions: Buffer.from(texts.join('\n')), layout: 'npy' }
}

type Read = (body: Buffer, at: number) => number | bigint

const TYPES: Readonly<Record<string, { bytes: number; read: Read }>> = {
  '<f8': { bytes: 8, read: (body, at) => body.readDoubleLE(at) },
  '<f4': { bytes: 4, read: (body, at) => body.readFloatLE(at) },
  '<i8': { bytes: 8, read: (body, at) => body.readBigInt64LE(at) },
  '<i4': { bytes: 4, read: (body, at) => body.readInt32LE(at) },
  '|i1': { bytes: 1, read: (body, at) => body.readInt8(at) },
  '|u1': { bytes: 1, read: (body, at) => body.readUInt8(at) },
  '|b1': { bytes: 1, read: (body, at) => body.readUInt8(at) },
}

/** https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
function headerOf(body: Buffer) {
  if (body.length < 12 || body.toString('latin1', 0, 6) !== '\x93NUMPY') return 'no NumPy array'
  const [from, length] = body[6] === 1 ? [10, body.readUInt16LE(8)] : [12, body.readUInt32LE(8)]
  const text = body.toString('latin1', from, from + length)
  const type = TYPES[/'descr': '([^']+)'/.exec(text)?.[1] ?? '']
  const shape = /'shape': \(([^)]*)\)/.exec(text)?.[1]?.match(/\d+/g)?.map(Number)
  if (type === undefined || shape === undefined || text.includes("'fortran_order': True")) {
    return `a NumPy array that is not read here: ${text.trim()}`
  }
  return { ...type, shape, start: from + length }
}
