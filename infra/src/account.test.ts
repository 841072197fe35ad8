import { expect, test } from 'vitest'
import { readProvider } from './account.ts'

const region = { 'aws:region': 'eu-central-1' }

test('what tells the account is what the stack is built with', () => {
  const role = { roleArn: 'arn:aws:iam::123456789012:role/deploy', sessionName: 'millrace' }
  const config = {
    ...region,
    'aws:profile': 'prod',
    'aws:assumeRoles': JSON.stringify([role]),
    'aws:allowedAccountIds': '["012345678901",123456789012]',
    'millrace:settings': '{}',
  }
  expect(readProvider(config)).toEqual({
    region: 'eu-central-1',
    profile: 'prod',
    assumeRoles: [role],
    allowedAccountIds: ['012345678901', '123456789012'],
  })
})

test.for<[string, Record<string, string>, string]>([
  ['no region', {}, 'aws:region: wanted a region such as eu-central-1'],
  [
    'a setting that nobody reads',
    { ...region, 'aws:accessKey': 'AKIA' },
    'aws:accessKey: has no effect, wanted one of aws:region, aws:profile',
  ],
  ['no account', { ...region, 'aws:allowedAccountIds': '123' }, 'aws:allowedAccountIds'],
  [
    'GovCloud',
    { 'aws:region': 'us-gov-west-1' },
    'aws:region: wanted a region of the partition aws',
  ],
  ['China', { 'aws:region': 'cn-north-1' }, 'aws:region: wanted a region of the partition aws'],
])('%s is refused', ([, config, words]) => {
  expect(() => readProvider(config)).toThrow(words)
})
