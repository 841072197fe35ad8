import assert from 'node:assert/strict'
import net from 'node:net'
import tls from 'node:tls'
import { bodyLengthOf, parseResponseHead, type ResponseHead } from './response-head.ts'

/*
 * One HTTP/1.1 connection that does one thing: GET with a body of known length, which the kernel
 * copies straight into the caller's buffer. A general client hands out 64 KB pieces, each allocated,
 * queued and copied: that costs several times what the scan of the same bytes does.
 *
 *     idle ──get──▶ head ──▶ body ────▶ idle            Every state moves to closed on an error, a
 *                    │                                  time-out or the server's own close.
 *                    └─────▶ refusal ─▶ closed          A refused request's text is kept, not filled.
 */

export interface Origin {
  readonly secure: boolean
  readonly host: string
  readonly port: number
}

export interface Answer {
  readonly head: ResponseHead
  /** True when all of the target was filled; otherwise `text` is what came instead, cut at 16 KiB. */
  readonly filled: boolean
  readonly text: string
}

export interface Connection {
  /**
   * Sends `request`, a whole head, and fills `target` when a 200 or 206 has a body of just its length.
   * After it throws, nothing is written into the target any more.
   */
  get(request: string, target: Uint8Array, signal: AbortSignal): Promise<Answer>
  isUsable(): boolean
  /** Whether a byte of an answer to the latest request has come. */
  hasAnswered(): boolean
  close(): void
}

interface Turn {
  readonly target: Uint8Array
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'head'; readonly turn: Turn; filled: number }
  | { readonly kind: 'body'; readonly turn: Turn; readonly head: ResponseHead; filled: number }
  | { readonly kind: 'refusal'; readonly turn: Turn; readonly head: ResponseHead; filled: number }
  | { readonly kind: 'closed' }

const SCRATCH_BYTES = 16 * 1024
const CONNECT_TIMEOUT_MS = 5_000
/** S3 closes an idle connection after some seconds; we go first, so that few requests meet a close. */
const IDLE_TIMEOUT_MS = 4_000
/** Without a byte for this long a response counts as lost. */
const SILENCE_TIMEOUT_MS = 30_000

/** Opens a connection; `onClose` is called once, when it is of no more use. */
export function openConnection(origin: Origin, onClose: () => void): Connection {
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  let state: State = { kind: 'idle' }
  let answered = false
  const socket = connect(origin, {
    buffer: () => roomIn(state, scratch),
    callback: (bytes) => {
      take(bytes)
      return true
    },
  })
  socket.setNoDelay(true)
  socket.setTimeout(CONNECT_TIMEOUT_MS)

  const end = (): void => {
    state = { kind: 'closed' }
    socket.destroy()
  }
  const fail = (error: unknown): void => {
    const failed = state
    end()
    if ('turn' in failed) failed.turn.reject(error)
  }
  const answer = (turn: Turn, given: Answer): void => {
    if (given.filled && given.head.headers.get('connection')?.toLowerCase() !== 'close') {
      state = { kind: 'idle' }
      socket.setTimeout(IDLE_TIMEOUT_MS)
      socket.unref()
    } else end()
    turn.resolve(given)
  }
  const refuse = (turn: Turn, head: ResponseHead, text: Uint8Array): void =>
    answer(turn, { head, filled: false, text: Buffer.from(text).toString('utf8') })

  /** The bytes lie where `roomIn` pointed when they were read. */
  function take(bytes: number): void {
    answered = true
    switch (state.kind) {
      case 'head':
        state.filled += bytes
        return takeHead(state)
      case 'body':
        state.filled += bytes
        if (state.filled === state.turn.target.length) {
          answer(state.turn, { head: state.head, filled: true, text: '' })
        }
        return
      case 'refusal':
        state.filled += bytes
        return takeRefusal(state)
      case 'idle':
        return fail(new Error('bytes came that nobody asked for'))
      case 'closed':
        return
      default:
        state satisfies never
    }
  }

  function takeHead(at: State & { kind: 'head' }): void {
    const head = tryParse(scratch.subarray(0, at.filled))
    if (head instanceof Error) return fail(head)
    if (!head) {
      if (at.filled === scratch.length) fail(new Error(`a head of over ${SCRATCH_BYTES} bytes`))
      return
    }
    scratch.copyWithin(0, head.bytes, at.filled)
    const rest = at.filled - head.bytes
    if (head.status < 200) {
      at.filled = rest
      return takeHead(at)
    }
    takeBodyStart(at.turn, head, rest)
  }

  function takeBodyStart(turn: Turn, head: ResponseHead, rest: number): void {
    const isBytes = head.status === 200 || head.status === 206
    if (!isBytes) {
      state = { kind: 'refusal', turn, head, filled: rest }
      return takeRefusal(state)
    }
    if (bodyLengthOf(head) !== turn.target.length) return refuse(turn, head, Buffer.alloc(0))
    if (rest > turn.target.length) return fail(new Error('a body longer than its stated length'))
    turn.target.set(scratch.subarray(0, rest))
    state = { kind: 'body', turn, head, filled: 0 }
    take(rest)
  }

  function takeRefusal({ turn, head, filled }: State & { kind: 'refusal' }): void {
    const text = scratch.subarray(0, filled)
    const length = bodyLengthOf(head)
    const whole =
      length === undefined ? text.toString('latin1').endsWith('0\r\n\r\n') : filled >= length
    if (whole || filled === scratch.length) refuse(turn, head, text)
  }

  socket.on('error', fail)
  socket.on('timeout', () => fail(lost('ETIMEDOUT', 'no byte came in time')))
  socket.on('end', () => {
    if (state.kind === 'refusal') refuse(state.turn, state.head, scratch.subarray(0, state.filled))
    else fail(lost('ECONNRESET', `closed by the server in its ${state.kind}`))
  })
  socket.on('close', () => {
    fail(lost('ECONNRESET', 'the connection was closed'))
    onClose()
  })
  socket.on(origin.secure ? 'secureConnect' : 'connect', () => {
    socket.setTimeout(state.kind === 'idle' ? IDLE_TIMEOUT_MS : SILENCE_TIMEOUT_MS)
  })

  return {
    isUsable: () => state.kind === 'idle',
    hasAnswered: () => answered,
    close: end,
    async get(request, target, signal) {
      assert(state.kind === 'idle' && target.length > 0)
      answered = false
      const onAbort = (): void => fail(signal.reason)
      try {
        return await new Promise<Answer>((resolve, reject) => {
          state = { kind: 'head', turn: { target, resolve, reject }, filled: 0 }
          signal.addEventListener('abort', onAbort)
          // While a turn was waited for, which nobody is told of any more.
          if (signal.aborted) return onAbort()
          if (!socket.connecting) socket.setTimeout(SILENCE_TIMEOUT_MS)
          socket.ref()
          socket.write(request, 'latin1')
        })
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}

function connect({ secure, host, port }: Origin, onread: net.OnReadOpts): net.Socket {
  if (!secure) return net.connect({ host, port, onread })
  const options = { host, port, onread, ALPNProtocols: ['http/1.1'] }
  return tls.connect(net.isIP(host) === 0 ? { ...options, servername: host } : options)
}

/** Where the next bytes are to be read into; never empty. */
function roomIn(state: State, scratch: Buffer): Uint8Array {
  if (state.kind === 'body') return state.turn.target.subarray(state.filled)
  return 'filled' in state ? scratch.subarray(state.filled) : scratch
}

function tryParse(bytes: Buffer): ResponseHead | undefined | Error {
  try {
    return parseResponseHead(bytes)
  } catch (error) {
    return error as Error
  }
}

const lost = (code: string, message: string): Error => Object.assign(new Error(message), { code })
