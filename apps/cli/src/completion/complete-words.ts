import type { Argument, Command, Option } from 'commander'
import { isRepeated } from '../usage-error.ts'

/** What may stand at the end of a command line. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly Word[] }
  /** A path: the shell completes it, and does so better. */
  | { readonly kind: 'files' }

export interface Word {
  readonly text: string
  readonly about: string
}

/** Names of jobs that are cheap to find; `state` is what `--state` says, if it was typed. */
export type JobsOf = (state: string | undefined) => Promise<readonly string[]>

/**
 * Completes the last of the words that follow the program's name: a verb, an option, or the value of
 * either. Only what fits the beginning of the last word is given.
 */
export async function completeWords(
  program: Command,
  typed: readonly string[],
  jobsOf: JobsOf,
): Promise<Completion> {
  const words = joinedAtEquals(typed)
  const last = words.at(-1) ?? ''
  const line = readLine(program, words.slice(0, -1))
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/s.exec(last) ?? []
  if (flag !== undefined && value !== undefined) {
    const option = find(line.command, flag)
    return fitting(option === undefined ? NOTHING : ofOption(option), value)
  }
  if (line.pending !== undefined) return fitting(ofOption(line.pending), last)
  if (last.startsWith('-') && !line.isOver) return fitting(optionsOf(line), last)
  const verbs = verbsOf(line.command)
  if (verbs.length > 0) return fitting({ kind: 'words', words: verbs }, last)
  return fitting(await ofArgument(line, jobsOf), last)
}

interface Line {
  readonly command: Command
  /** Places that are taken already. */
  readonly places: number
  readonly used: ReadonlyMap<Option, string>
  /** An option that waits for its value. */
  readonly pending: Option | undefined
  /** After `--` nothing is an option. */
  readonly isOver: boolean
}

const NOTHING: Completion = { kind: 'words', words: [] }

/** bash takes `--format=csv` for three words. */
function joinedAtEquals(words: readonly string[]): string[] {
  const joined: string[] = []
  for (const word of words) {
    const before = joined.at(-1)
    const belongs = word === '=' || (before?.startsWith('--') && before.endsWith('='))
    if (belongs && before !== undefined) joined[joined.length - 1] = before + word
    else joined.push(word)
  }
  return joined
}

function readLine(program: Command, words: readonly string[]): Line {
  let command = program
  let places = 0
  let pending: Option | undefined
  let isOver = false
  const used = new Map<Option, string>()
  for (const word of words) {
    if (pending !== undefined) {
      used.set(pending, word)
      pending = undefined
    } else if (isOver || !word.startsWith('-') || word === '-') {
      const verb = places === 0 ? command.commands.find((each) => each.name() === word) : undefined
      if (verb === undefined) places += 1
      else command = verb
    } else if (word === '--') {
      isOver = true
    } else {
      const [flag = '', ...value] = word.split('=')
      const option = find(command, flag)
      if (option !== undefined) used.set(option, value.join('='))
      if (option !== undefined && takesValue(option) && value.length === 0) pending = option
    }
  }
  return { command, places, used, pending, isOver }
}

const find = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ long, short }) => flag === long || flag === short)

const takesValue = ({ required, optional }: Option): boolean => required || optional

function optionsOf({ command, used }: Line): Completion {
  const words = command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !used.has(option) || isRepeated(option))
    .map(({ long, short, description }) => ({ text: long ?? short ?? '', about: description }))
  return { kind: 'words', words }
}

function verbsOf(command: Command): Word[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((verb) => ({ text: verb.name(), about: verb.description() }))
}

function ofOption(option: Option): Completion {
  const { argChoices, flags } = option
  if (argChoices !== undefined) return choices(argChoices)
  return /<(file|folder|spec|file\|column)>/.test(flags) ? { kind: 'files' } : NOTHING
}

async function ofArgument(line: Line, jobsOf: JobsOf): Promise<Completion> {
  const argument = argumentAt(line)
  if (argument?.argChoices !== undefined) return choices(argument.argChoices)
  switch (argument?.name()) {
    case 'job': {
      const state = find(line.command, '--state')
      const jobs = await jobsOf(state === undefined ? undefined : line.used.get(state))
      return { kind: 'words', words: jobs.map((text) => ({ text, about: 'a job' })) }
    }
    case 'data':
    case 'file':
    case 'result':
      return { kind: 'files' }
    default:
      return NOTHING
  }
}

function argumentAt({ command, places }: Line): Argument | undefined {
  return command.registeredArguments[places]
}

const choices = (texts: readonly string[]): Completion => ({
  kind: 'words',
  words: texts.map((text) => ({ text, about: '' })),
})

function fitting(completion: Completion, beginning: string): Completion {
  if (completion.kind === 'files') return completion
  return { kind: 'words', words: completion.words.filter(({ text }) => text.startsWith(beginning)) }
}
