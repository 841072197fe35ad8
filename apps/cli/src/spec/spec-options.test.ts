import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addSpecOptions, partSpec } from './spec-options.ts'

test('how an endpoint is spoken to can be typed', () => {
  const typed = addSpecOptions(new Command())
    .parse(['--content-type', 'application/json', '--accept', 'text/csv', '--response', 'label'], {
      from: 'user',
    })
    .opts()
  expect(partSpec(typed)).toEqual({
    spec: {
      endpoint: { contentType: 'application/json', accept: 'text/csv', response: 'label' },
    },
    rest: {},
  })
})
