import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** One line of an app's log, by the name of the app's process. */
export interface LogLine {
  readonly name: string
  readonly text: string
}

export interface LogTail {
  /** The lines that have been written since the last look. */
  read(): AsyncIterable<LogLine>
}

interface Place {
  /** Bytes that were looked at. */
  offset: number
  /** The beginning of a line that was not whole then. */
  begun: Buffer
}

const PIECE_BYTES = 64 * 1024
/** No app writes a longer one; a log that has none is none of an app. */
const LINE_BYTES_MAX = 256 * 1024

/**
 * Reads on what the apps of this machine log: they append to these files, and those that are started again do,
 * too. A log that is not there yet is read from its beginning.
 *
 * @param logs the folder of the logs.
 * @param from `end` skips what earlier runs have left there.
 */
export async function openLogTail(logs: string, from: 'start' | 'end'): Promise<LogTail> {
  const places = new Map<string, Place>()
  for (const file of from === 'end' ? await filesIn(logs) : []) {
    places.set(file, { offset: (await stat(join(logs, file))).size, begun: Buffer.alloc(0) })
  }
  return {
    async *read() {
      for (const file of await filesIn(logs)) {
        const place = places.get(file) ?? { offset: 0, begun: Buffer.alloc(0) }
        places.set(file, place)
        const name = file.slice(0, -ENDING.length)
        for await (const text of linesFrom(join(logs, file), place)) yield { name, text }
      }
    },
  }
}

const ENDING = '.log'

const filesIn = async (logs: string): Promise<string[]> =>
  (await readdir(logs).catch(() => [])).filter((name) => name.endsWith(ENDING))

/** The whole lines behind `place`, which moves on with them. */
async function* linesFrom(path: string, place: Place): AsyncIterable<string> {
  await using file = await open(path)
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PIECE_BYTES), {
      position: place.offset,
    })
    if (bytesRead === 0) return
    place.offset += bytesRead
    const bytes = Buffer.concat([place.begun, buffer.subarray(0, bytesRead)])
    const end = bytes.lastIndexOf(NEWLINE) + 1
    const begun = bytes.subarray(end)
    place.begun = begun.length > LINE_BYTES_MAX ? Buffer.alloc(0) : Buffer.from(begun)
    yield* bytes.subarray(0, end).toString().split('\n').slice(0, -1)
  }
}

const NEWLINE = 0x0a
