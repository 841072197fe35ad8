/**
 * Memory that is used again, in turn: what is given out lasts until it was asked for `turns` times more.
 * Memory that is given up by each batch has V8 collect its whole heap over and over.
 */
export function createTurns(turns: number): (bytes: number) => Buffer {
  const buffers: Buffer[] = Array.from({ length: turns }, () => Buffer.alloc(0))
  let turn = 0
  return (bytes) => {
    turn = (turn + 1) % turns
    const buffer = buffers[turn]!
    if (buffer.length >= bytes) return buffer.subarray(0, bytes)
    const grown = Buffer.allocUnsafeSlow(Math.ceil(bytes * 1.25))
    buffers[turn] = grown
    return grown.subarray(0, bytes)
  }
}
