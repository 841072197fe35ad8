import { bundleCli } from '@millrace/bundle'
import { cliFolder } from './cli-folder.ts'

/** Bundled once for all tests: it is what people install, and it starts in half the time. */
export default async function setup(): Promise<void> {
  await bundleCli(cliFolder)
}
