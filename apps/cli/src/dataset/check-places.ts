import { fileURLToPath } from 'node:url'
import type { JobSpec } from '@millrace/job'
import { checkApart, checkOutput } from './check-output.ts'
import { keepResults } from './keep-results.ts'

/**
 * Looks at where a job that is recorded is to have another result, as a run looks at its own. What lies in S3 is
 * for the aggregator to tell.
 *
 * @param model the path of one that an endpoint of this machine serves.
 * @throws {CliError} when nothing can be put there, or something would be lost.
 */
export async function checkPlaces(
  {
    dataset,
    output,
    model,
  }: Pick<JobSpec, 'dataset' | 'output'> & { readonly model?: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  if (!output.uri.startsWith('file:')) return
  const path = fileURLToPath(output.uri)
  const input = dataset.uri.startsWith('file:') ? fileURLToPath(dataset.uri) : dataset.uri
  if (path.endsWith('/')) return await checkApart(path, input)
  await checkOutput(path, { input, model })
  await keepResults({ out: path, path, dataset: dataset.uri, isNamed: true }, signal)
}
