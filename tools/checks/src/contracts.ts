/*
 * Writes what is published from the sources that the apps run with: the JSON Schemas of spec,
 * messages and manifest, the AsyncAPI document, the list of metrics and the tables of prices. With --check it only says whether the files are up to date. Run
 * by `npm run contracts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  batchMessageSchema,
  completionMessageSchema,
  jobEventSchema,
  jobRequestSchema,
  jobSpecSchema,
  resultManifestSchema,
} from '@millrace/job'
import { z } from 'zod'
import manifest from '../package.json' with { type: 'json' }
import { asyncApi } from './asyncapi.ts'
import { costsPage } from './costs-page.ts'
import { metricsPage } from './metrics-page.ts'

const root = join(import.meta.dirname, '../../..')

/** Senders leave out what has a default, so the published schema is that of the input. */
const schemas = {
  'job-spec': jobSpecSchema,
  'job-request': jobRequestSchema,
  'batch-message': batchMessageSchema,
  'completion-message': completionMessageSchema,
  'job-event': jobEventSchema,
  manifest: resultManifestSchema,
}

const documents: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      `contracts/${name}.schema.json`,
      jsonText({ title: name, ...z.toJSONSchema(schema, { io: 'input' }) }),
    ]),
  ),
  'contracts/asyncapi.json': jsonText(asyncApi(manifest.version)),
  'docs/metrics.md': metricsPage(),
  'docs/costs.md': costsPage(readOr(join(root, 'docs/costs.md'), '')),
}

const checkOnly = process.argv.includes('--check')
for (const [name, text] of Object.entries(documents)) {
  const path = join(root, name)
  if (!checkOnly) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } else if (text !== readOr(path, '')) {
    console.error(`${name} is out of date: run npm run contracts`)
    process.exitCode = 1
  }
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
