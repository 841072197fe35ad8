import { run, model } from './folder.fixture.ts'
import type { WrongUse } from './folder.fixture.ts'

export const commandLineMistakes: readonly WrongUse[] = [
  { name: 'a misspelt verb', args: ['rnu'], says: /unknown command 'rnu' \(Did you mean run\?\)/ },
  {
    name: 'a misspelt verb of a group',
    args: ['dlq', 'lst'],
    says: /\(Did you mean list\?\)\n.*dlq --help/,
  },
  {
    name: 'a misspelt option',
    args: ['run', '--endpiont', 'x'],
    says: /\(Did you mean --endpoint\?\)/,
  },
  { name: 'an unknown letter', args: ['run', '-x'], says: /unknown option '-x'/ },
  {
    name: 'an option without its value',
    args: ['run', 'rows.csv', '--endpoint'],
    says: /'--endpoint <name>' argument missing/,
  },
  {
    name: 'a value for what takes none',
    args: [...run, '--quiet=yes'],
    says: /\(--quiet takes no value\)/,
  },
  {
    name: 'a model and an endpoint for a retry',
    args: ['retry', '--local-model', model, '--endpoint', 'churn-v3'],
    says: /'--local-model <file>' cannot be used with option '--endpoint <name>'/,
  },
  { name: 'a retry of no job', args: ['retry', 'j-nope'], says: /has no job j-nope/ },
  {
    name: 'an option given twice',
    args: [...run, '--endpoint-url', 'http://a', '--endpoint-url', 'http://b'],
    says: /was given twice/,
  },
  {
    name: 'a state folder for a stack',
    args: ['submit', 's3://bucket/x.csv', '--state', 'x'],
    says: /unknown option '--state'/,
  },
  { name: 'two inputs', args: [...run, 'more.csv'], says: /too many arguments for 'run'/ },
  { name: 'a verb without its job', args: ['cancel'], says: /missing required argument 'job'/ },
  {
    name: 'a shell that is not completed',
    args: ['completion', 'zish'],
    says: /Allowed choices are bash, zsh, fish\. \(Did you mean zsh\?\)/,
  },
]
