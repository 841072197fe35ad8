import { type Command, Option } from 'commander'
import { folderName, regionName } from '../arguments.ts'

/** Adds the options by which a verb is told where the jobs are, and how to answer. */
export function addSystemOptions(command: Command): Command {
  return addRegionOption(addStateOption(command))
}

/** The second of them, for a verb that is about a stack alone. */
export function addRegionOption(command: Command): Command {
  return command.addOption(
    new Option('--region <region>', 'AWS region of the stack (default: the usual AWS chain)') //
      .helpGroup('System:')
      .argParser(regionName),
  )
}

/** The first of them, for a verb that has a region for its endpoint. */
export function addStateOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--state <folder>',
      'jobs of `millrace run` in this folder (default: .millrace, or the stack that the environment names)',
    )
      .helpGroup('System:')
      .argParser(folderName)
      .env('MILLRACE_STATE'),
  )
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'answer in JSON, for programs', false)
}
