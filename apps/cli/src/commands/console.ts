import { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import type { ConsoleOptions } from '../console/console-options.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

export function consoleCommand(perform: Perform): Command {
  const command = new Command('console')
    .description('a page in your browser that shows jobs and dead letters, and steers them')
    .option('--port <number>', 'port of the page (default: a free one)', wholeNumber(1, 65_535))
    .option('--days <days>', 'jobs of the last days', wholeNumber(1, 90), 7)
  return addSystemOptions(command)
    .addHelpText('after', NOTES)
    .action((options: ConsoleOptions) =>
      perform(async () => (await import('../console/console.ts')).openConsole, options),
    )
}

const NOTES = `
It prints an address of this machine, with a key that only this start has. Whoever opens it may do what
the verbs of the command line may, with your credentials. Nothing of it is reached from another machine.`
