import { createServer, type Socket } from 'node:net'
import { printFloats } from '@millrace/predictions'

/*
 * Answers every POST with a hundred predictions, as cheaply as can be: the server of `invoke.ts`, in
 * a process of its own. Prints its URL.
 */

/** As the XGBoost container prints them. */
const scores = Float32Array.from({ length: 100 }, (_, row) => (row + 1) / 101)
const body = `${String(printFloats(Buffer.from(scores.buffer)))}\n`
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/csv; charset=utf-8\r\nx-amzn-invoked-production-variant: AllTraffic\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
)
const HEAD_END = Buffer.from('\r\n\r\n')

const server = createServer((socket) => serve(socket))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) {
    console.log(`http://127.0.0.1:${address.port}`)
  }
})
process.stdin.on('end', () => process.exit()).resume()

/** One request at a time on a connection: counts its bytes and answers. */
function serve(socket: Socket): void {
  let left = 0
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    if (left === 0) {
      const end = chunk.indexOf(HEAD_END)
      const length = /content-length: (\d+)/i.exec(chunk.toString('latin1', 0, end))?.[1]
      left = Number(length) + end + HEAD_END.length
    }
    left -= chunk.length
    if (left === 0) socket.write(answer)
  })
}
