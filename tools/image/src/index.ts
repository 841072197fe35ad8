export { bundleProgram } from './bundle-program.ts'
export { warmCache } from './warm-cache.ts'
