import { read } from 'node:fs'

/**
 * Reads an open file in Node's own pool. Answers how many bytes: fewer than fit only when the file ends, since a
 * single read may return less than was asked.
 */
export async function fillInPool(fd: number, target: Uint8Array, start: number): Promise<number> {
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
