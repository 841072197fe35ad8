/*
 * `npm run cli-page` runs every command of docs/cli.md and writes what it prints into the page. Write a block with the
 * command alone, run this, and look at what has changed.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleCli } from '@millrace/bundle'
import { cliFolder } from '../support/cli-folder.ts'
import { commandsOf, withOutputs } from './console-blocks.ts'
import { factNames, masked } from './mask.ts'
import { openWorkshop } from './workshop.ts'

const path = join(import.meta.dirname, '../../../docs/cli.md')
const page = await readFile(path, 'utf8')
await bundleCli(cliFolder)
await using workshop = await openWorkshop()
const outputs: string[] = []
for (const command of commandsOf(page)) {
  console.error(`$ ${command.command}`)
  const output = await workshop.run(command)
  // What only varies stays as it is, so that a change shows what has really changed.
  const held = command.varies ? factNames : masked
  outputs.push(held(output) === held(command.output) ? command.output : output)
}
await writeFile(path, withOutputs(page, outputs))
