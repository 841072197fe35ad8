export { bundleCli } from './bundle-cli.ts'
export { bundlePrograms } from './bundle-programs.ts'
export { warmCache } from './warm-cache.ts'
