import type { Command, Option } from 'commander'
import { nearest } from '@millrace/csv'

/*
 * What commander says of a wrong command line, in the words of the rest: one sentence after the program's name, with
 * the nearest of what there is.
 */

/** Makes a command, and those below it, speak so. `path` is what is typed before its options. */
export function speakPlainly(command: Command, path: string): void {
  command
    .showHelpAfterError(`  ${path} --help shows what there is`)
    .configureOutput({ outputError: (text, write) => write(plainly(text, command)) })
  for (const option of command.options) refuseTwice(command, option)
  for (const child of command.commands) speakPlainly(child, `${path} ${child.name()}`)
}

function plainly(text: string, command: Command): string {
  const said = text
    .replace(/^error: /, '')
    .trimEnd()
    .replaceAll('\n', ' ')
  return `millrace: ${said}${nearestChoice(said, command)}${needlessValue(said, command)}\n`
}

/** Commander suggests verbs and options; of values we do. */
function nearestChoice(said: string, { options }: Command): string {
  const [, value, choices] = /'([^']*)' is invalid.* Allowed choices are (.*)\.$/.exec(said) ?? []
  if (value === undefined || choices === undefined) return ''
  const other = options.find(({ argChoices = [] }) => argChoices.includes(value))
  if (other !== undefined) return ` (${other.long} takes ${value})`
  const near = nearest(value, choices.split(', '))
  return near === undefined ? '' : ` (Did you mean ${near}?)`
}

function needlessValue(said: string, { options }: Command): string {
  const [, flag] = /^unknown option '(--[a-z-]+)=/.exec(said) ?? []
  const known = options.some(
    ({ long, required, optional }) => long === flag && !required && !optional,
  )
  return known ? ` (${flag} takes no value)` : ''
}

const REPEATED = new WeakSet<Option>()

/** Marks an option that may be said several times. */
export function repeated(option: Option): Option {
  REPEATED.add(option)
  return option
}

export const isRepeated = (option: Option): boolean => option.variadic || REPEATED.has(option)

/** The later of two would win in silence, and nobody knows which was meant. */
function refuseTwice(command: Command, option: Option): void {
  if (isRepeated(option) || option.isBoolean()) return
  let times = 0
  command.on(`option:${option.name()}`, () => {
    times += 1
    if (times > 1) command.error(`error: option '${option.flags}' was given twice`)
  })
}
