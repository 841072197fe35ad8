import { Command } from 'commander'
import type { InitOptions } from '../init/init.ts'
import type { Perform } from '../world.ts'

export const initCommand = (perform: Perform): Command =>
  new Command('init')
    .description('write a commented job spec')
    .argument('[file]', 'the spec, or the folder for it', 'millrace.yaml')
    .option('--force', 'write over a spec that is there', false)
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: Omit<InitOptions, 'file'>) =>
      perform(async () => (await import('../init/init.ts')).init, { ...options, file }),
    )

const EXAMPLES = `
Examples:
  millrace init                       writes millrace.yaml, with completion in editors
  millrace run -f millrace.yaml`
