import { join } from 'node:path'

/** Where the command line lies, bundled, while the tests run. */
export const cliFolder = join(import.meta.dirname, '../../../dist/e2e-cli')

/** What Node has compiled of it: hundreds of processes start in these tests. */
export const cacheFolder = join(import.meta.dirname, '../../../dist/e2e-cache')
export const compileCache = join(cacheFolder, 'millrace', 'compiled')
