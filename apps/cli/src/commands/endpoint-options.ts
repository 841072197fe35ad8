import { type Command, Option } from 'commander'
import { httpUrl, instances, regionName, wholeNumber } from '../arguments.ts'

/** Adds the options that tell a system on this machine where its endpoint is. */
export function addEndpointOptions(command: Command): Command {
  command.on('option:local-model', () => forgetEnvironment(command, 'endpoint'))
  return command
    .optionsGroup('Endpoint:')
    .option('--endpoint-url <url>', 'where the endpoint is reached, instead of AWS', httpUrl)
    .option(
      '--region <region>',
      'AWS region of the endpoint (default: the usual AWS chain)',
      regionName,
    )
    .addOption(
      new Option(
        '--local-model <file>',
        'serve this XGBoost model here, instead of an endpoint',
      ).conflicts(['endpoint', 'endpointUrl']),
    )
    .option('--local-latency <ms>', 'latency of the local model', wholeNumber(0, 60_000), 0)
}

/** Adds the options by which an endpoint is made for a job of this machine, and deleted after it. */
export function addTemporaryOptions(command: Command): Command {
  command.on('option:temporary-endpoint', () => forgetEnvironment(command, 'endpoint'))
  return command
    .optionsGroup('Temporary endpoint:')
    .addOption(
      new Option(
        '--temporary-endpoint <model>',
        'make an endpoint of this SageMaker model for the job, and delete it after that',
      ).conflicts(['endpoint', 'endpointUrl', 'localModel', 'inferenceComponent']),
    )
    .option('--instance <type[:count]>', 'what it is to run on, such as ml.m5.xlarge:2', instances)
}

/**
 * What the environment has of an option counts only where it is wanted: a name that is exported for every
 * command excludes nothing that is typed. Told before commander reads the environment, which is after all
 * that was typed.
 */
function forgetEnvironment({ options }: Command, name: string): void {
  const option = options.find((one) => one.attributeName() === name)
  delete option?.envVar
}
