import { Command, InvalidArgumentError, Option } from 'commander'
import { LAYOUTS, type Layout } from './encode-predictions.ts'
import type { EndpointOptions } from './endpoint-options.ts'
import { FAULT_KINDS, type FaultKind, type FaultShares } from './faults.ts'

export interface CommandOptions extends Omit<EndpointOptions, 'model'> {
  /** The path of the model. */
  readonly model: string
}

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after a sentence that says what was wrong, or the help that was asked for.
 */
export function commandOf(
  argv: readonly string[],
  writeErr = (text: string): void => void process.stderr.write(text),
): CommandOptions {
  const command = new Command('millrace-endpoint')
    .description('A SageMaker endpoint on this machine that serves a real XGBoost model.')
    .requiredOption('--model <file>', "a model in XGBoost's JSON")
    .requiredOption('--name <name>', 'the name that clients invoke')
    .addOption(
      new Option('--port <number>', 'port on 127.0.0.1').argParser(portOf).default(0, 'a free one'),
    )
    .option('--latency <ms>', 'service time of an invocation', milliseconds, 0)
    .option('--per-row <ms>', 'further service time for each row', milliseconds, 0)
    .option('--concurrency-max <number>', 'invocations at a time; above it, throttles', positive)
    .option('--queue-max <number>', 'invocations that wait before it throttles', count, 0)
    .addOption(
      new Option('--fault <kind=share>', 'share of the requests, 0 to 1, that fail so')
        .argParser(faults)
        .default({}, 'none'),
    )
    .option('--seed <number>', 'seed of the faults', count, 1)
    .option('--poison <text...>', 'refuse payloads in which a row contains this text')
    .option('--poison-status <code>', 'status by which they are refused', status, 415)
    .option('--variant <name>', 'the production variant that answers', 'AllTraffic')
    .addOption(
      new Option('--layout <kind>', 'how answers are laid out (default: lines)').choices(LAYOUTS),
    )
    .addHelpText('after', `\nKinds of faults:\n  ${FAULT_KINDS.join('\n  ')}`)
    .configureOutput({ writeErr })
    .exitOverride()
    .parse(argv)
  const { latency, perRow, fault, poison, ...rest } = command.opts<Parsed>()
  if (Object.values(fault).reduce((total, share) => total + share, 0) > 1) {
    command.error('error: the shares of all faults add up to more than 1')
  }
  return {
    ...rest,
    latencyMs: latency,
    perRowMs: perRow,
    faults: fault,
    ...(poison !== undefined && { poisonRows: poison }),
  }
}

interface Parsed {
  readonly model: string
  readonly name: string
  readonly port: number
  readonly latency: number
  readonly perRow: number
  readonly concurrencyMax?: number
  readonly queueMax: number
  readonly fault: FaultShares
  readonly seed: number
  readonly poison?: readonly string[]
  readonly poisonStatus: number
  readonly variant: string
  readonly layout?: Layout
}

function count(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value
  throw new InvalidArgumentError('Wanted a whole number, 0 or more.')
}

function status(text: string): number {
  if (count(text) >= 400 && count(text) < 600) return count(text)
  throw new InvalidArgumentError('Wanted a status of HTTP, 400 to 599.')
}

function portOf(text: string): number {
  if (count(text) <= 65_535) return count(text)
  throw new InvalidArgumentError('Wanted a port, 0 to 65535.')
}

function positive(text: string): number {
  if (count(text) > 0) return count(text)
  throw new InvalidArgumentError('Wanted a whole number, 1 or more.')
}

function milliseconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('Wanted milliseconds, 0 or more.')
}

function faults(text: string, earlier: FaultShares): FaultShares {
  const [kind, share, ...rest] = text.split('=')
  if (!FAULT_KINDS.includes(kind as FaultKind)) {
    throw new InvalidArgumentError(`Wanted one of ${FAULT_KINDS.join(', ')}.`)
  }
  const value = Number(share)
  if (rest.length > 0 || share?.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('Wanted kind=share with a share from 0 to 1.')
  }
  return { ...earlier, [kind as FaultKind]: value }
}
