import { type Cloud, startCloud } from '@millrace/cloud'
import { afterAll, beforeAll } from 'vitest'
import { connectSystem } from './connect-system.ts'
import type { System } from './system.ts'

/** A whole system, for all tests of the file that asks for it. */
export function useStack(): { readonly env: Cloud['env']; readonly system: System } {
  let open: { readonly cloud: Cloud; readonly system: System } | undefined
  const opened = () => {
    if (open === undefined) throw new Error('the stack is there within tests only')
    return open
  }
  beforeAll(async () => {
    const cloud = await startCloud()
    open = { cloud, system: connectSystem('deployed', cloud.env) }
  })
  afterAll(async () => {
    await open?.system[Symbol.asyncDispose]()
    await open?.cloud.close()
  })
  return {
    get env() {
      return opened().cloud.env
    },
    get system() {
      return opened().system
    },
  }
}
