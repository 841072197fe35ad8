import { type Command, InvalidArgumentError, Option } from 'commander'
import { percent, wholeNumber } from '../arguments.ts'

/** Of verbs for a job that has a tolerance already: a limit may be lifted, too. */
export function addToleranceOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--failed-rows-max <count>',
        'rows that may fail before the job does, or none for no limit',
      ).argParser(orNone(wholeNumber(0, Number.MAX_SAFE_INTEGER))),
    )
    .addOption(
      new Option(
        '--failed-rows-percent-max <percent>',
        'rows in a hundred that may fail before the job does, or none for no limit',
      ).argParser(orNone(percent)),
    )
}

function orNone(read: (text: string) => number): (text: string) => number | 'none' {
  return (text) => {
    if (text === 'none') return text
    try {
      return read(text)
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message.replace(/\.$/, ', or none.'))
    }
  }
}
