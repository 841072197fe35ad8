import { deadlineFrom, regionPattern, WANTED_DEADLINE } from '@millrace/job'
import { InvalidArgumentError } from 'commander'

/** What a verb that reads a table takes for one, in its help and where none is named. */
export const TABLE = 'a file, a folder/, a .manifest, an s3:// URI, or - for standard input'

/** Readers of what follows an option; commander adds the option's name to what they say. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max && text.trim() !== '') return value
    throw new InvalidArgumentError(`Wanted a whole number from ${min} to ${max}.`)
  }
}

/** A job, or the beginning of its name. Every job begins with nothing, which is what a variable that is not set says. */
export function jobName(text: string): string {
  if (text.replace(/^j-/, '').trim() !== '') return text
  throw new InvalidArgumentError('Wanted a job, such as j-4f2a.')
}

export function folderName(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('Wanted a folder, such as .millrace.')
}

export function fileName(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('Wanted the name of a file, such as scores.csv.')
}

export function regionName(text: string): string {
  if (regionPattern.test(text)) return text
  throw new InvalidArgumentError('Wanted an AWS region, such as eu-central-1.')
}

export function finiteNumber(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && text.trim() !== '') return value
  throw new InvalidArgumentError('Wanted a number, such as 0.5.')
}

export function percent(text: string): number {
  const value = Number(text)
  if (value >= 0 && value <= 100 && text.trim() !== '') return value
  throw new InvalidArgumentError('Wanted a number from 0 to 100.')
}

export function oneCharacter(text: string): string {
  const character = text === '\\t' ? '\t' : text
  if (character.length === 1 && character.charCodeAt(0) < 0x80) return character
  throw new InvalidArgumentError('Wanted one ASCII character, such as ; or \\t.')
}

/** As it was typed: a time of so long is counted by who takes it. */
export function deadline(text: string): string {
  if (deadlineFrom(text, 0) !== undefined) return text
  throw new InvalidArgumentError(`${WANTED_DEADLINE.replace('w', 'W')}.`)
}

export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new InvalidArgumentError('Wanted a URL, such as http://127.0.0.1:8080.')
}

/** Instances of an endpoint: `ml.m5.xlarge`, or `ml.m5.xlarge:3`. */
export function instances(text: string): { readonly type: string; readonly count: number } {
  const [, type, count = '1'] = /^(ml\.[a-z0-9]+\.[a-z0-9]+)(?::([1-9]\d{0,3}))?$/.exec(text) ?? []
  if (type !== undefined) return { type, count: Number(count) }
  throw new InvalidArgumentError('Wanted an instance type, such as ml.m5.xlarge or ml.m5.xlarge:2.')
}
