/*
 * Writes the JSON Schemas of spec and messages to `contracts/`, from the schemas that the apps parse
 * with; with --check it only says whether the files are up to date. Run by `npm run contracts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  batchMessageSchema,
  completionMessageSchema,
  jobRequestSchema,
  jobSpecSchema,
} from '@millrace/job'
import { z } from 'zod'

const folder = join(import.meta.dirname, '../../../contracts')

/** Senders leave out what has a default, so the published schema is that of the input. */
const schemas = {
  'job-spec': jobSpecSchema,
  'job-request': jobRequestSchema,
  'batch-message': batchMessageSchema,
  'completion-message': completionMessageSchema,
}

const checkOnly = process.argv.includes('--check')
mkdirSync(folder, { recursive: true })
for (const [name, schema] of Object.entries(schemas)) {
  const path = join(folder, `${name}.schema.json`)
  const document = { title: name, ...z.toJSONSchema(schema, { io: 'input' }) }
  const text = `${JSON.stringify(document, null, 2)}\n`
  if (!checkOnly) {
    writeFileSync(path, text)
  } else if (text !== readOr(path, '')) {
    console.error(`contracts/${name}.schema.json is out of date: run npm run contracts`)
    process.exitCode = 1
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
