import { readFile } from 'node:fs/promises'
import { parsePriceList, type PriceList } from '@millrace/cost'
import { ContractError } from '@millrace/job'
import { parse } from 'yaml'
import { CliError } from '../cli-error.ts'

/** A list of all regions has about a hundred lines each. */
const LIST_BYTES_MAX = 4 * 1024 * 1024

/**
 * Reads a list of prices, in YAML or JSON.
 *
 * @throws {CliError} when it cannot be read or does not keep to the schema; with the path of what is wrong.
 */
export async function readPrices(file: string | undefined): Promise<PriceList | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT' ? 'no such file' : `cannot be read (${cause.code ?? cause.message})`
    throw new CliError(`${file}: ${why}, wanted a list of prices`, { cause })
  })
  if (text.length > LIST_BYTES_MAX) throw new CliError(`${file}: too long for a list of prices`)
  try {
    return parsePriceList(file, parse(text, { maxAliasCount: 100 }) as unknown)
  } catch (cause) {
    if (cause instanceof ContractError) throw new CliError(cause.message, { cause, hint: HINT })
    throw new CliError(`${file}: is no YAML: ${(cause as Error).message.split('\n', 1)[0]}`, {
      cause,
    })
  }
}

const HINT = 'docs/costs.md shows such a list'
