import { expect, test } from 'vitest'
import { maskSecrets, publicConfig } from './secrets.ts'

test.for([
  ['http://user:hunter2@proxy:8080/a', 'http://***@proxy:8080/a'],
  ['http://hunter2@proxy', 'http://***@proxy'],
  ['http://user:hunt/er2@proxy:8080', 'http://***@proxy:8080'],
  ['http://user:hunt@er2@proxy:8080', 'http://***@proxy:8080'],
  ['http://user:hunt?er#2@proxy', 'http://***@proxy'],
  ['http://user:8080@proxy', 'http://***@proxy'],
  ['http://:hunter2@proxy', 'http://***@proxy'],
  ['user:hunter2@proxy:8080', '***@proxy:8080'],
  ['user:hunt/er@2@proxy', '***@proxy'],
  ['HTTPS_PROXY=user:hunter2@[::1]:80 is wrong', 'HTTPS_PROXY=***@[::1]:80 is wrong'],
  ['http://a:b@c and d:e@f', 'http://***@c and ***@f'],
] as const)('of %s, masks the user', ([text, masked]) => {
  expect(maskSecrets(text)).toBe(masked)
})

test.for([
  ['https://e/?token=a1&rows=2', 'https://e/?token=***&rows=2'],
  ['https://e/p?x=1&api_key=a1', 'https://e/p?x=1&api_key=***'],
  [
    'https://b/k?X-Amz-Credential=A/b&X-Amz-Signature=c',
    'https://b/k?X-Amz-Credential=***&X-Amz-Signature=***',
  ],
  ['https://e/?client_secret=a1"', 'https://e/?client_secret=***"'],
] as const)('of %s, masks what opens a door', ([text, masked]) => {
  expect(maskSecrets(text)).toBe(masked)
})

test.for([
  's3://bucket/in/a@b.csv',
  'https://host/?tokens=5&key=a',
  'http://127.0.0.1:8080/node_modules/@scope/x.js',
  'https://host/a:b@c',
  'file:///work/node_modules/@scope/x.ts:10:5',
  'at run (file:///work/node_modules/@scope/x.ts:10:5)',
  'arn:aws:sns:eu-west-1:000000000000:topic',
  'User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Reader_01/jane@example.com is not authorized',
  'invoke churn: 12:30:45, somebody@example.com',
  'row 3: a @ b',
])('%s has no user and stays as it is', (text) => {
  expect(maskSecrets(text)).toBe(text)
})

test.for(['://a:', 'a:b ', '://', 'a:', '@', ':a@', '?token', '&a.'])(
  'a long text of %j is soon masked',
  (piece) => {
    const text = piece.repeat(200_000 / piece.length)
    // Of its own time: what else the machine does is none of it.
    const before = process.cpuUsage()
    maskSecrets(text)
    const { user } = process.cpuUsage(before)
    expect(user / 1_000).toBeLessThan(2_000)
  },
)

test('a proxy of a configuration is shown without its user', () => {
  expect(publicConfig({ HTTPS_PROXY: 'user:p/w@proxy:8080', SECRET_KEY: 'a', ROWS: 3 })).toEqual({
    HTTPS_PROXY: '***@proxy:8080',
    SECRET_KEY: '***',
    ROWS: 3,
  })
})
