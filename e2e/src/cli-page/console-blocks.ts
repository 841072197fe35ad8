/** A command of a page, and what the page says that it prints. */
export interface ConsoleCommand {
  /** What follows the dollar sign; a shell runs it. */
  readonly command: string
  readonly output: string
  /** `stack`: in the environment of a whole system; else on a machine with none. */
  readonly where: 'here' | 'stack'
  /** True for measurements, which are never the same: only the names of facts are held. */
  readonly varies: boolean
  /** The nearest heading above, for messages. */
  readonly section: string
}

const FENCE = /^```console(?: (stack|varies))?$/

/** The commands of all blocks that begin with ```` ```console ````, which may go on with `stack` or `varies`. */
export function commandsOf(page: string): ConsoleCommand[] {
  const commands: ConsoleCommand[] = []
  walk(page, (command) => {
    commands.push(command)
    return command.output
  })
  return commands
}

/** The page with each command's output as given, in order. */
export function withOutputs(page: string, outputs: readonly string[]): string {
  let next = 0
  return walk(page, () => outputs[next++] ?? '')
}

function walk(page: string, outputOf: (command: ConsoleCommand) => string): string {
  const lines: string[] = []
  let section = ''
  let where: ConsoleCommand['where'] | undefined
  let varies = false
  let command: string | undefined
  let output: string[] = []
  const end = (): void => {
    if (command === undefined || where === undefined) return
    const text = outputOf({ command, output: output.join('\n'), where, varies, section })
    if (text !== '') lines.push(text)
    command = undefined
    output = []
  }
  for (const line of page.split('\n')) {
    const fence = FENCE.exec(line)
    if (fence !== null) {
      where = fence[1] === 'stack' ? 'stack' : 'here'
      varies = fence[1] === 'varies'
    } else if (where === undefined && line.startsWith('#')) section = line.replace(/^#+ /, '')
    else if (where !== undefined && line === '```') {
      end()
      where = undefined
    } else if (where !== undefined && line.startsWith('$ ')) {
      end()
      command = line.slice(2)
    } else if (command !== undefined) {
      output.push(line)
      continue
    }
    lines.push(line)
  }
  return lines.join('\n')
}
