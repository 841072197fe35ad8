import type { Command } from 'commander'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { jobFolders } from '../system/job-folders.ts'
import { isDeployed, stateRootOf } from '../system/which-system.ts'
import type { World } from '../world.ts'
import { completeWords } from './complete-words.ts'
import { completionScripts, type Shell } from './scripts.ts'

/** `millrace completion`: what a shell is to run once so that it completes our words. */
export async function completion(
  { shell }: { readonly shell: Shell },
  { stdout }: World,
): Promise<ExitCode> {
  stdout.write(completionScripts[shell])
  return EXIT.succeeded
}

/** `millrace complete`, which only those scripts call: what may stand at the end of these words. */
export async function complete(
  { words, program }: { readonly words: readonly string[]; readonly program: Command },
  world: World,
): Promise<ExitCode> {
  const found = await completeWords(program, words, async (state) => await jobsIn(state, world))
  const lines =
    found.kind === 'files'
      ? [':files']
      : found.words.map(({ text, about }) => `${text}\t${about.replaceAll(/\s+/g, ' ')}`)
  world.stdout.write(lines.map((line) => `${line}\n`).join(''))
  return EXIT.succeeded
}

/** Jobs of this machine; a stack's would cost a call while somebody waits for the tab key. */
async function jobsIn(typed: string | undefined, world: World): Promise<readonly string[]> {
  const state = typed ?? world.env['MILLRACE_STATE']
  const options = state === undefined ? {} : { state }
  return isDeployed(options, world) ? [] : await jobFolders(stateRootOf(options))
}
