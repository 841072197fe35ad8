import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { allCommands, createProgram } from './program.ts'

/*
 * What the documents say can be typed is held against the program: its verbs and each verb's options. The
 * commands of `docs/cli.md` are run, the wrong ones too, by a test of its own.
 */

const root = join(import.meta.dirname, '../../..')
const guides = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md') && name !== 'cli.md')
  .map((name) => `docs/${name}`)
const pages = ['README.md', 'CONTRIBUTING.md', 'examples/flights/README.md', ...guides]
const program = createProgram(async () => {})

/** Lines of shell blocks and spans of code in which `millrace` is called, each as its words. */
function calledIn(page: string): string[][] {
  const blocks = [...page.matchAll(/^```(?:sh|bash|shell|console)\n(.*?)^```/gms)]
  const spans = page.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)
  const code = [...blocks, ...spans].map(([, text = '']) => text.replaceAll(/\\?\n\s*(?=-)/g, ' '))
  return code
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => [...line.matchAll(/(?<![\w/.-])millrace +([a-z-][^#|;&>()]*)/g)])
    .map(([, words = '']) => words.trim().split(/\s+/))
}

/** What of a call the program does not have; nothing when it has all of it. */
function unknownIn(words: readonly string[]): string | undefined {
  let command = program
  let rest = words
  while (command.commands.length > 0) {
    const [verb = '', ...more] = rest
    if (verb.startsWith('-')) break
    const found = command.commands.find((one) => one.name() === verb)
    if (found === undefined) return `millrace ${words.join(' ')}: no ${verb}`
    command = found
    rest = more
  }
  const known = optionsOf(command)
  const unknown = rest
    .map((word) => /^(--[a-z][a-z-]*|-[a-zA-Z])(?=$|[=,.:…])/.exec(word)?.[1])
    .find((option) => option !== undefined && !known.includes(option))
  return unknown === undefined ? undefined : `millrace ${words.join(' ')}: no ${unknown}`
}

const optionsOf = (command: Command): (string | undefined)[] => [
  ...command.options.flatMap(({ long, short }) => [long, short]),
  ...program.options.flatMap(({ long, short }) => [long, short]),
  '--help',
  '-h',
]

test.for(pages)('%s names no verb and no option that is not there', (name) => {
  const page = readFileSync(join(root, name), 'utf8')
  expect(calledIn(page).flatMap((words) => unknownIn(words) ?? [])).toEqual([])
})

test('the documents are read: most verbs are named in them', () => {
  const text = pages.map((name) => readFileSync(join(root, name), 'utf8')).join('\n')
  const named = new Set(calledIn(text).map(([verb]) => verb))
  expect(named.size).toBeGreaterThan(allCommands(program).length / 2)
})

test.for([
  ['`millrace tun`', 'millrace tun: no tun'],
  ['`npx millrace dlq purge`', 'millrace dlq purge: no purge'],
  ['`millrace status JOB --jsn`', 'millrace status JOB --jsn: no --jsn'],
  ['```sh\nA=1 millrace run x.csv \\\n  --endpont y | head\n```', 'no --endpont'],
  ['```sh\nmillrace run x.csv -o a.csv -z # -y\n```', 'no -z'],
] as const)('of %j, tells what is not there', ([page, told]) => {
  expect(calledIn(page).map(unknownIn).join()).toContain(told)
})

test.for([
  '`millrace`',
  '`millrace-cloud tun`',
  '`MILLRACE_X`',
  '```json\n"millrace tun"\n```',
  'a millrace runs',
])('%j is no call', (page) => {
  expect(calledIn(page)).toEqual([])
})

const verbs = program
  .createHelp()
  .visibleCommands(program)
  .map((verb) => verb.name())
  .filter((verb) => verb !== 'help')

test.for(verbs)('docs/cli.md shows millrace %s, with its help and an example', (verb) => {
  const page = readFileSync(join(root, 'docs/cli.md'), 'utf8')
  const [, section = ''] =
    new RegExp(`^## millrace ${verb}\n(.*?)(?=^## |(?![^]))`, 'ms').exec(page) ?? []
  const typed = [...section.matchAll(/^\$ .*$/gm)].map(([line]) => line)
  expect(typed).toContain(`$ millrace ${verb} --help`)
  expect(typed.filter((line) => line.includes(`millrace ${verb}`)).length).toBeGreaterThan(1)
})
