import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePrograms } from '@millrace/bundle'

/** Bundles the cutter, as an image holds it; answers the program, which takes a file. */
export async function bundleCutter(folder: string): Promise<string> {
  const entries = {
    'csv-cut': join(import.meta.dirname, 'cut.ts'),
    'reader-thread': fileURLToPath(import.meta.resolve('@millrace/storage/reader-thread')),
  }
  await bundlePrograms({ entries, folder })
  return join(folder, 'csv-cut.js')
}
