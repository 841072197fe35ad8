import { expect, test } from 'vitest'
import { withLooks } from './by-name.ts'

test('what is said comes before what it looks like', () => {
  const looks = { csv: { delimiter: '\t' }, compression: 'gzip' } as const
  expect(withLooks(looks, { compression: 'none', csv: { header: 'present' } })).toEqual({
    compression: 'none',
    csv: { delimiter: '\t', header: 'present' },
  })
})

test('who says that looks decide has them decide', () => {
  expect(withLooks({ compression: 'gzip' }, { compression: 'auto' }).compression).toBe('gzip')
  expect(withLooks({}, { compression: 'auto' }).compression).toBe('auto')
})
