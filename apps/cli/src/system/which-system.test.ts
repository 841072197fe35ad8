import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stateOption } from './which-system.ts'

const here = process.cwd()
const stack = { MILLRACE_LEDGER_TABLE: 'ledger' }

test.for<[string, string, Record<string, string>, string]>([
  ['that of this folder', '.millrace', {}, ''],
  ['that of this folder, beside a stack', '.millrace', stack, ' --state .millrace'],
  ['one below', 'other/.millrace', {}, ' --state other/.millrace'],
  ['one elsewhere', '/data/state', {}, ' --state /data/state'],
  ['one with a space', "my run's", {}, ` --state 'my run'\\''s'`],
  ['this folder itself', '.', {}, ' --state .'],
  ['that of the environment', 'd', { ...stack, MILLRACE_STATE: 'd' }, ''],
  ['another one', '.millrace', { MILLRACE_STATE: 'd' }, ' --state .millrace'],
])('of the state %s, a verb is told where it is', ([, root, env, option]) => {
  expect(stateOption(join(root.startsWith('/') ? '' : here, root), { env })).toBe(option)
})
