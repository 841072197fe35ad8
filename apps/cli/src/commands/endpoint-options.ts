import { type Command, Option } from 'commander'
import { httpUrl, wholeNumber } from '../arguments.ts'

/** Adds the options that tell a system on this machine where its endpoint is. */
export function addEndpointOptions(command: Command): Command {
  return command
    .optionsGroup('Endpoint:')
    .option('--endpoint-url <url>', 'where the endpoint is reached, instead of AWS', httpUrl)
    .option('--region <region>', 'AWS region of the endpoint (default: the usual AWS chain)')
    .addOption(
      new Option(
        '--local-model <file>',
        'serve this XGBoost model here, instead of an endpoint',
      ).conflicts(['endpoint', 'endpointUrl']),
    )
    .option('--local-latency <ms>', 'latency of the local model', wholeNumber(0, 60_000), 0)
}
