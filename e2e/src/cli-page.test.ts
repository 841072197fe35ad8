import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { commandsOf } from './cli-page/console-blocks.ts'
import { factNames, masked } from './cli-page/mask.ts'
import { openWorkshop, type Workshop } from './cli-page/workshop.ts'

const page = await readFile(join(import.meta.dirname, '../../docs/cli.md'), 'utf8')
const commands = commandsOf(page)

describe('docs/cli.md', () => {
  let workshop: Workshop
  beforeAll(async () => {
    workshop = await openWorkshop()
  })
  afterAll(async () => await workshop[Symbol.asyncDispose]())

  // In the order of the page, since one goes on where the other has stopped; `npm run cli-page` writes it anew.
  test('every command prints what the page says', { timeout: 300_000 }, async () => {
    for (const { command, output, where, varies, section } of commands) {
      const held = varies ? factNames : masked
      const look = async (): Promise<void> => {
        const printed = await workshop.run({ command, where })
        expect(held(printed), `${section}: $ ${command}`).toBe(held(output))
      }
      // A stack does what it was asked for in a moment of its own, which may come after the next command.
      if (where === 'stack') await vi.waitFor(look, { timeout: 15_000, interval: 300 })
      else await look()
    }
  })
})
