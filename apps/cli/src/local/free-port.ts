import { once } from 'node:events'
import { createServer } from 'node:net'
import { CliError } from '../cli-error.ts'

/**
 * Below those that a system gives to whoever asks for any: from 32,768 on Linux, from 49,152 elsewhere (RFC 6335,
 * section 6). One of these is still free when a program that is just started comes to listen on it.
 */
const FIRST = 20_000
const COUNT = 12_768
const TRIES_MAX = 50

/**
 * A port of 127.0.0.1 that is free, and is not given to anybody else until it is listened on.
 *
 * @param random from 0 to 1, 1 excluded.
 * @throws {CliError} when none is found.
 */
export async function freePort(random: () => number = Math.random): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = FIRST + Math.floor(random() * COUNT)
    if (await isFree(port)) return port
  }
  throw new CliError(`no free port on 127.0.0.1 from ${FIRST} to ${FIRST + COUNT - 1}`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
