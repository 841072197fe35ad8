import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Job, type ResultManifest, resultManifestSchema, resultNames } from '@millrace/job'

/** What tells whose files lie beside a manifest, and whether they are whole; it holds more. */
const manifestSchema = resultManifestSchema.pick({ jobId: true, outputs: true })

/**
 * True when the result of a job lies where it was written, byte for byte, and its failed rows where there
 * are some: any other job may have the same `--out`, and its files the same names.
 *
 * The report is left out of it: `millrace report` draws it anew, perhaps over this one.
 */
export async function isAsWritten({ jobId, spec }: Job, signal: AbortSignal): Promise<boolean> {
  const { result, errors, manifest } = resultNames(spec.output)
  const found = await readManifest(fileURLToPath(manifest))
  if (found?.jobId !== jobId) return false
  const files = found.outputs.filter(({ uri }) => uri === result || uri === errors)
  if (!files.some(({ uri }) => uri === result)) return false
  for (const file of files) if (!(await isWhole(file, signal))) return false
  return true
}

/** Nothing where there is none, or something that is none. */
async function readManifest(
  path: string,
): Promise<Pick<ResultManifest, 'jobId' | 'outputs'> | undefined> {
  try {
    return manifestSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

async function isWhole(
  { uri, bytes, sha256 }: ResultManifest['outputs'][number],
  signal: AbortSignal,
): Promise<boolean> {
  const path = fileURLToPath(uri)
  // Most of what is not whole has another length, and a large file takes long to be hashed.
  if ((await stat(path).catch(() => undefined))?.size !== bytes) return false
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { signal })) hash.update(piece as Buffer)
  return hash.digest('hex') === sha256
}
