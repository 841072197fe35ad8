import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  besideResult,
  check,
  type JobSpec,
  manifestSpecSchema,
  readRecorded,
  resultManifestSchema,
} from '@millrace/job'
import type { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { checkInput } from '../dataset/check-input.ts'
import { jobOfResult } from '../system/job-of-result.ts'

/** What a report takes from a manifest; it holds more. */
const manifestSchema = resultManifestSchema.pick({
  version: true,
  jobId: true,
  state: true,
  rows: true,
  batches: true,
  invocations: true,
  throttles: true,
  variants: true,
  dataset: true,
  spec: true,
  history: true,
  outputs: true,
  cost: true,
  times: true,
})

/** A result on this machine, with the manifest that vouches for it. */
export interface VouchedResult {
  readonly path: string
  readonly manifestPath: string
  readonly manifest: z.output<typeof manifestSchema>
  readonly spec: JobSpec
  readonly sha256: string
  /** The file of failed rows, when there are some. */
  readonly errors: { readonly path: string; readonly sha256: string } | undefined
}

/**
 * Finds the manifest beside a result, and looks whether a report can be drawn from the two.
 *
 * @throws {CliError} when there is no manifest, or the result is not of a kind that is read.
 */
export async function findVouchedResult(named: string): Promise<VouchedResult> {
  const { path } = await checkInput(named)
  const ofJob = await jobOfResult(path)
  if (ofJob?.isPerObject === true) {
    throw new CliError(`${named}: is one of several results of ${ofJob.jobId}`, {
      hint: `the report is of all of them: millrace report ${ofJob.jobId}`,
    })
  }
  const { manifest: beside, errors } = namesBeside(path)
  const manifest = check(basename(beside), manifestSchema, await readJsonFile(named, beside))
  const spec = readRecorded(basename(beside), manifestSpecSchema, manifest.spec)
  const sha256 = hashOf(path, manifest)
  if (sha256 === undefined) {
    throw new CliError(`${named}: its manifest ${basename(beside)} does not vouch for it`, {
      hint: 'name the result itself, under the name that the job gave it',
    })
  }
  const { format, compression } = spec.output
  if (format === 'csv' && (compression === 'auto' || compression === 'none')) {
    const ofErrors = hashOf(errors, manifest)
    return {
      ...{ path, manifest, manifestPath: beside, spec, sha256 },
      errors: ofErrors === undefined ? undefined : { path: errors, sha256: ofErrors },
    }
  }
  const kind = format === 'csv' ? compression : format
  throw new CliError(`${named}: is ${kind}, and a report is drawn from plain CSV only`, {
    hint: `name the job (millrace report ${manifest.jobId}), or export it: millrace export ${manifest.jobId} --format csv`,
  })
}

/** In a folder of its own, as `output.uri` may be, a result's companions have fixed names. */
function namesBeside(path: string): { readonly manifest: string; readonly errors: string } {
  const beside = besideResult(path)
  if (existsSync(beside.manifest) || !/^result\.[a-z]+(\.gz|\.zst)?$/.test(basename(path))) {
    return beside
  }
  const folder = dirname(path)
  const fixed = { manifest: join(folder, 'manifest.json'), errors: join(folder, 'errors.csv') }
  return existsSync(fixed.manifest) ? fixed : beside
}

/** Files may have been moved together: only their names tell. */
const hashOf = (path: string, { outputs }: z.output<typeof manifestSchema>): string | undefined =>
  outputs.find(({ uri }) => nameOf(uri) === basename(path))?.sha256

/** A file URI writes some characters otherwise than its path does. */
const nameOf = (uri: string): string => basename(uri.startsWith('file:') ? fileURLToPath(uri) : uri)

async function readJsonFile(named: string, path: string): Promise<unknown> {
  const text = await readFile(resolve(path), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new CliError(`${named}: has no manifest ${basename(path)} beside it`, {
      hint: 'a report is drawn from a result that a manifest vouches for, or from the job',
      cause,
    })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError(`${path}: is no JSON (${(cause as Error).message})`, { cause })
  }
}
