import { close, constants, open } from 'node:fs'
import { promisify } from 'node:util'

const openFile = promisify(open)
const closeFile = promisify(close)

/** Open files, so that a batch costs one read and not open, read and close. */
export interface OpenFiles {
  /** Runs `use` on the open file of `key`; it stays open afterwards, within the bound. */
  use<T>(key: string, path: string, use: (fd: number) => Promise<T>): Promise<T>
  /** The open file of `key`, until it is released. */
  open(key: string, path: string): Promise<OpenFile>
  /** Closes the file of `key` once nobody uses it, so that the next use opens it anew. */
  forget(key: string): void
  close(): Promise<void>
}

export interface OpenFile {
  readonly fd: number
  /** A file that is not sound, since reading it failed, is opened anew the next time. */
  release(isSound: boolean): void
}

interface Entry {
  readonly fd: Promise<number>
  users: number
  forgotten: boolean
}

/** The least recently used idle file is closed when there are more than `filesMax`. */
export function createOpenFiles(filesMax: number): OpenFiles {
  const entries = new Map<string, Entry>()
  const closing = new Set<Promise<void>>()
  const closeEntry = (entry: Entry): void => {
    const closed = entry.fd.then(closeFile, () => {}).finally(() => closing.delete(closed))
    closing.add(closed)
  }
  const forget = (key: string): void => {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    entry.forgotten = true
    if (entry.users === 0) closeEntry(entry)
  }
  const trim = (): void => {
    for (const [key, entry] of entries) {
      if (entries.size <= filesMax) return
      if (entry.users === 0) forget(key)
    }
  }
  const openOne = async (key: string, path: string): Promise<OpenFile> => {
    const entry = entries.get(key) ?? { fd: openForReading(path), users: 0, forgotten: false }
    entries.delete(key)
    entries.set(key, entry)
    entry.users += 1
    const release = (isSound: boolean): void => {
      if (!isSound && entries.get(key) === entry) forget(key)
      entry.users -= 1
      if (entry.forgotten && entry.users === 0) closeEntry(entry)
      trim()
    }
    try {
      return { fd: await entry.fd, release }
    } catch (error) {
      release(false)
      throw error
    }
  }
  return {
    forget,
    open: openOne,
    async use(key, path, use) {
      const file = await openOne(key, path)
      let isSound = false
      try {
        const result = await use(file.fd)
        isSound = true
        return result
      } finally {
        file.release(isSound)
      }
    },
    async close() {
      for (const key of entries.keys()) forget(key)
      await Promise.all(closing)
    },
  }
}

/** Non-blocking, so that a pipe that took the file's place does not hold a thread for ever. */
const openForReading = async (path: string): Promise<number> =>
  openFile(path, constants.O_RDONLY | constants.O_NONBLOCK)
