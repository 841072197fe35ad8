/*
 * Notes which error codes are really made while the tests run: `vitest.config.ts` loads it into every
 * worker when MILLRACE_ERROR_CODES names a file. Each code of each class becomes a line of the file
 * once, unless a test, or a model of the world around the apps, has made the error itself: then nothing has
 * failed in that way.
 */
import { appendFileSync } from 'node:fs'

const file = process.env.MILLRACE_ERROR_CODES
const noted = new Set()
const TESTS =
  /\.(?:test|fixture)\.m?ts|test-data\.ts|\/e2e\/src\/simulation\/|\/libs\/testing\/src\//

/** Once its constructor has run: only then an error has its code. */
function note(error) {
  const { code } = error
  const line = `${error.constructor.name} ${code}`
  if (typeof code !== 'string' || noted.has(line) || isMadeByTest(error.stack)) return
  noted.add(line)
  appendFileSync(file, `${line}\n`)
}

/** The frame that called the constructor is the first that is neither the constructor's nor ours. */
function isMadeByTest(stack) {
  const frames = String(stack)
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
  const caller = frames.find((line) => !/ at (?:new |.*note-error-codes)/.test(line))
  return caller === undefined || TESTS.test(caller)
}

if (file !== undefined) {
  globalThis.Error = new Proxy(Error, {
    construct(target, args, newTarget) {
      const error = Reflect.construct(target, args, newTarget)
      if (newTarget !== globalThis.Error) queueMicrotask(() => note(error))
      return error
    },
  })
}
