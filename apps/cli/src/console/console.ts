import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { openDeployed } from '../system/open-system.ts'
import { storageOf } from '../system/storage-of.ts'
import { isDeployed } from '../system/which-system.ts'
import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'
import { createApp } from './create-app.ts'
import { createJobLines } from './job-lines.ts'
import { listen } from './listen.ts'

/** `millrace console`: a page that shows jobs and dead letters and steers them, until ctrl-C. */
export async function openConsole(typed: ConsoleOptions, world: World): Promise<ExitCode> {
  await using opened = new AsyncDisposableStack()
  // Opened once: each opening asks for credentials anew, which may take a command of the user's, or their phone.
  let options = typed
  if (isDeployed(typed, world)) {
    const stack = opened.use(await openDeployed(typed, world))
    options = { ...typed, stack, storage: opened.use(await storageOf(stack, typed)) }
  }
  const jobs = createJobLines(options, world)
  // What cannot be reached is told here, and not first in a browser.
  await jobs.lines(world.stop)
  const key = randomBytes(16).toString('hex')
  await using server = await listen(createApp({ key, options, world, jobs }), options.port ?? 0)
  world.stdout.write(`${server.url}/#key=${key}\n`)
  world.stderr.write(
    'Open this address in a browser on this machine. Who has it may do what you may: it is a key.\n' +
      'Ctrl-C ends the console; jobs go on.\n',
  )
  if (!world.stop.aborted) await once(world.stop, 'abort')
  return EXIT.succeeded
}
