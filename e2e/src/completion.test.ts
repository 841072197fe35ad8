import { execFile, spawnSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, test } from 'vitest'
import { temporaryFolder } from './support/cli.ts'
import { cacheFolder, cliFolder } from './support/cli-folder.ts'

/*
 * Completion as a person meets it: each shell on a terminal of its own, with keys typed into it.
 */

const has = (command: string): boolean => spawnSync('which', [command]).status === 0

/** What is typed before the tab key, and what then stands there. */
const LINES: readonly (readonly [typed: string, completed: string])[] = [
  ['millrace doc', 'millrace doctor'],
  ['millrace run --decision m', 'millrace run --decision multiclass'],
  ['millrace run --decision=m', 'millrace run --decision=multiclass'],
  ['millrace run x --local-m', 'millrace run x --local-model'],
  ['millrace status j-9', 'millrace status j-9c000000000000000000'],
  ['millrace run nov', 'millrace run november.csv'],
  // Whoever is typing this has not asked for it to be run.
  ['millrace run $(touch seen) --dec', 'millrace run $(touch seen) --decision'],
]

/** Runs a shell in a folder with `millrace`, a table and the state of a job; what it wrote, and what is then there. */
async function inShell(command: string, args: readonly string[], input = '') {
  await using folder = await temporaryFolder()
  const { path } = folder
  const bin = join(path, 'bin')
  await mkdir(bin)
  const program = `#!/bin/sh\nexec ${process.execPath} ${join(cliFolder, 'cli.js')} "$@"\n`
  await writeFile(join(bin, 'millrace'), program, { mode: 0o755 })
  await writeFile(join(path, 'november.csv'), '1,2\n')
  await mkdir(join(path, '.millrace/j-9c000000000000000000/ledger'), { recursive: true })
  const env = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: path,
    TERM: 'dumb',
    XDG_CACHE_HOME: cacheFolder,
  }
  const shell = promisify(execFile)(command, args, { cwd: path, env, timeout: 60_000 })
  shell.child.stdin?.end(input)
  const { stdout: shown } = await shell
  return { shown, files: await readdir(path) }
}

const withoutBash = !has('bash') || !has('script')
describe.concurrent('each shell', () => {
  test.skipIf(withoutBash)(
    'bash completes on a terminal, and runs nothing of it',
    async ({ expect }) => {
      // Each line is made a comment when it is complete: nothing is to be run.
      const keys = LINES.map(([typed]) => `${typed}\t\x01#\x05\n`).join('')
      const input = `source <(millrace completion bash)\n${keys}exit\n`
      // `script` is the terminal.
      const terminal = ['-qec', 'bash --norc --noprofile -i', '/dev/null']
      const { shown, files } = await inShell('script', terminal, input)
      for (const [, completed] of LINES) expect(shown).toContain(completed)
      expect(files).not.toContain('seen')
    },
  )

  test.skipIf(!has('zsh'))(
    'zsh completes on a terminal, and runs nothing of it',
    async ({ expect }) => {
      const { shown, files } = await inShell('zsh', ['-f', '-c', zshSession()])
      for (const [, completed] of LINES) expect(shown).toContain(`GOT ${completed}`)
      expect(files).not.toContain('seen')
    },
  )

  test.skipIf(!has('fish'))('fish completes, and runs nothing of it', async ({ expect }) => {
    const session = LINES.map(([typed]) => `complete -C ${quoted(typed)}`)
    const script = ['millrace completion fish | source', ...session].join('\n')
    const { shown, files } = await inShell('fish', ['--no-config', '-c', script])
    for (const [, completed] of LINES) expect(shown).toContain(completed.split(' ').at(-1))
    expect(files).not.toContain('seen')
  })

  test.runIf(withoutBash || !has('zsh') || !has('fish'))(
    'shells that are missing are told',
    ({ expect }) => {
      const missing = ['bash', 'script', 'zsh', 'fish'].filter((shell) => !has(shell))
      console.warn(`not installed, so their completion is not tried: ${missing.join(', ')}`)
      expect(missing).not.toEqual([])
    },
  )
})

/** zsh in a terminal of its own making: it completes only where there is a line editor. */
function zshSession(): string {
  const read = 'while zpty -r z line; do [[ $line == *END* ]] && break; print -r -- $line; done'
  return [
    'zmodload zsh/zpty',
    'zpty z zsh -f -i',
    // What is complete is shown by a key of our own.
    `zpty -w z 'autoload -Uz compinit; compinit -u; source <(millrace completion zsh)
show() { print -r -- "GOT $BUFFER"; print E""ND; BUFFER= }; zle -N show; bindkey "^T" show; print E""ND'`,
    read,
    ...LINES.map(([typed]) => `zpty -w -n z ${quoted(typed)}$'\\t\\x14'; ${read}`),
    'zpty -d z',
  ].join('\n')
}

const quoted = (text: string): string => `'${text}'`
