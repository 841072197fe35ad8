import { read } from 'node:fs'

/** How bytes of an open file get into memory. Answers how many: fewer than fit when the file ends. */
export type Fill = (fd: number, target: Uint8Array, start: number) => Promise<number>

/** Reads in Node's own pool; a single read may return less than was asked. */
export const fillInPool: Fill = async (fd, target, start) => {
  let done = 0
  while (done < target.length) {
    const bytes = await readOnce(fd, target, done, start + done)
    if (bytes === 0) break
    done += bytes
  }
  return done
}

async function readOnce(fd: number, target: Uint8Array, at: number, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, at, target.length - at, from, (error, bytes) => {
      if (error) reject(error)
      else resolve(bytes)
    })
  })
}
