import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { commandOf } from './command.ts'

const served = ['--model', 'model.json', '--name', 'flights']

function parse(...args: string[]) {
  let said = ''
  const argv = ['node', 'millrace-endpoint', ...args]
  try {
    return { options: commandOf(argv, (text) => void (said += text)), said }
  } catch (error) {
    return { error, said }
  }
}

test('with a model and a name alone, all else has its default', () => {
  expect(parse(...served).options).toEqual({
    model: 'model.json',
    name: 'flights',
    port: 0,
    latencyMs: 0,
    perRowMs: 0,
    queueMax: 0,
    faults: {},
    seed: 1,
    poisonStatus: 415,
    variant: 'AllTraffic',
  })
})

test('reads every option', () => {
  const args =
    '--port 8080 --latency 20 --per-row 0.01 --concurrency-max 16 --queue-max 4 --seed 7 ' +
    '--fault throttle=0.01 --fault reset=0.5 --poison bad worse --poison-status 500 --variant blue --layout one_line'
  expect(parse(...served, ...args.split(' ')).options).toEqual({
    model: 'model.json',
    name: 'flights',
    port: 8080,
    latencyMs: 20,
    perRowMs: 0.01,
    concurrencyMax: 16,
    queueMax: 4,
    seed: 7,
    faults: { throttle: 0.01, reset: 0.5 },
    poisonRows: ['bad', 'worse'],
    poisonStatus: 500,
    variant: 'blue',
    layout: 'one_line',
  })
})

test.for<[string, string[], string]>([
  ['no model', ['--name', 'x'], "required option '--model <file>'"],
  ['no name', ['--model', 'x'], "required option '--name <name>'"],
  ['an unknown fault', [...served, '--fault', 'rain=1'], 'Wanted one of throttle,'],
  ['a share over one', [...served, '--fault', 'reset=2'], 'a share from 0 to 1'],
  ['no share', [...served, '--fault', 'reset='], 'a share from 0 to 1'],
  ['shares over one', [...served, '--fault', 'reset=0.9', '--fault', 'hang=0.9'], 'more than 1'],
  ['a latency in words', [...served, '--latency', 'fast'], 'Wanted milliseconds'],
  ['no concurrency', [...served, '--concurrency-max', '0'], 'Wanted a whole number, 1 or more'],
  ['a status of success', [...served, '--poison-status', '200'], 'Wanted a status of HTTP'],
  ['half a port', [...served, '--port', '80.5'], 'Wanted a whole number, 0 or more'],
  ['a port too high', [...served, '--port', '65536'], 'Wanted a port, 0 to 65535'],
  ['an unknown layout', [...served, '--layout', 'xml'], 'Allowed choices are lines,'],
])('with %s, says what was wanted in one line', ([, args, words]) => {
  const { error, said } = parse(...args)
  expect(error).toBeInstanceOf(CommanderError)
  expect(said).toContain(words)
  expect(said.trimEnd().split('\n')).toHaveLength(1)
})
