import { Command, Help, type Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { adjustCommand } from './commands/adjust.ts'
import { cancelCommand } from './commands/cancel.ts'
import { completeCommand, completionCommand } from './commands/completion.ts'
import { consoleCommand } from './commands/console.ts'
import { devCommand } from './commands/dev.ts'
import { dlqCommand } from './commands/dlq.ts'
import { doctorCommand } from './commands/doctor.ts'
import { estimateCommand } from './commands/estimate.ts'
import { exportCommand } from './commands/export.ts'
import { getCommand } from './commands/get.ts'
import { initCommand } from './commands/init.ts'
import { listCommand } from './commands/list.ts'
import { pauseCommand } from './commands/pause.ts'
import { planCommand } from './commands/plan.ts'
import { reportCommand } from './commands/report.ts'
import { retryCommand } from './commands/retry.ts'
import { resumeCommand } from './commands/resume.ts'
import { runCommand } from './commands/run.ts'
import { statusCommand } from './commands/status.ts'
import { submitCommand } from './commands/submit.ts'
import { tuneCommand } from './commands/tune.ts'
import { watchCommand } from './commands/watch.ts'
import { speakPlainly } from './usage-error.ts'
import type { Perform } from './world.ts'

/** Every verb, in the order in which a person meets them. */
const COMMANDS: readonly ((perform: Perform) => Command)[] = [
  runCommand,
  planCommand,
  estimateCommand,
  tuneCommand,
  submitCommand,
  statusCommand,
  watchCommand,
  listCommand,
  getCommand,
  reportCommand,
  pauseCommand,
  resumeCommand,
  cancelCommand,
  retryCommand,
  adjustCommand,
  dlqCommand,
  consoleCommand,
  initCommand,
  devCommand,
  exportCommand,
  doctorCommand,
  completionCommand,
]

/** The command line: its verbs, their options and their help. */
export function createProgram(perform: Perform): Command {
  const program = new Command('millrace')
    .description('Scores a big table through a live SageMaker endpoint: every row once, in order.')
    .version(manifest.version, '-V, --version', 'say which version this is')
    .showSuggestionAfterError()
    .configureHelp({ optionDescription: describe, minWidthToWrap: 20 })
  for (const command of COMMANDS) adopt(program, command(perform))
  adopt(program, completeCommand(perform), { hidden: true })
  speakPlainly(program, 'millrace')
  return program
}

/** That a switch is off unless it is typed needs no words. */
function describe(this: Help, option: Option): string {
  const told = option.isBoolean()
    ? Object.create(option, { defaultValue: { value: null } })
    : option
  return Help.prototype.optionDescription.call(this, told as Option)
}

/** Adds a verb, and lets it and the verbs below it speak as the program does. */
function adopt(parent: Command, command: Command, options: { hidden?: boolean } = {}): void {
  parent.addCommand(command.copyInheritedSettings(parent), options)
  for (const child of command.commands) child.copyInheritedSettings(command)
}

/** The program and every verb, those of groups such as `dlq` too. */
export function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}
