import { Argument, Command } from 'commander'
import { SHELLS, type Shell } from '../completion/scripts.ts'
import type { Perform } from '../world.ts'

export function completionCommand(perform: Perform): Command {
  return new Command('completion')
    .description('let a shell complete verbs, options, values and jobs')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) =>
      perform(async () => (await import('../completion/completion.ts')).completion, { shell }),
    )
}

/** What the shells call; nobody types it. */
export function completeCommand(perform: Perform): Command {
  return new Command('complete')
    .argument('[words...]')
    .action((words: string[], _options: object, { parent }: Command) =>
      perform(async () => (await import('../completion/completion.ts')).complete, {
        words,
        program: parent ?? new Command(),
      }),
    )
}

const EXAMPLES = `
Examples:
  source <(millrace completion bash)         in ~/.bashrc
  source <(millrace completion zsh)          in ~/.zshrc, below compinit
  millrace completion fish | source          in ~/.config/fish/config.fish`
