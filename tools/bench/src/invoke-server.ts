import { createServer, type Socket } from 'node:net'

/*
 * Answers every POST with a hundred predictions, as cheaply as can be: the server of `invoke.ts`, in
 * a process of its own. Prints its port.
 */

const body = Array.from({ length: 100 }, (_, row) => `0.0${row}721548080444336\n`).join('')
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/csv; charset=utf-8\r\nx-amzn-invoked-production-variant: AllTraffic\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
)
const HEAD_END = Buffer.from('\r\n\r\n')

const server = createServer((socket) => serve(socket))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(address.port)
})

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
