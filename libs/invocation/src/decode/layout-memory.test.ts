import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../invoke/invocation.ts'
import { createLayoutMemory } from './layout-memory.ts'

const churn: Endpoint = {
  name: 'churn-v3',
  contentType: 'text/csv',
  accept: 'text/csv',
  response: 'auto',
}

describe('once large answers had a layout', () => {
  test('reads small ones by it', () => {
    const layouts = createLayoutMemory()
    expect(layouts.settingFor(churn, 2)).toBe('auto')
    layouts.saw(churn, 'one_line', 8)
    expect(layouts.settingFor(churn, 2)).toBe('one_line')
  })

  test('reads large ones by themselves, and follows when they change', () => {
    const layouts = createLayoutMemory()
    layouts.saw(churn, 'one_line', 1_000)
    expect(layouts.settingFor(churn, 8)).toBe('auto')
    layouts.saw(churn, 'lines', 1_000)
    expect(layouts.settingFor(churn, 7)).toBe('lines')
  })

  test.for<Partial<Endpoint>>([
    { name: 'fraud' },
    { accept: 'application/json' },
    { variant: 'blue' },
    { model: 'a.tar.gz' },
    { inferenceComponent: 'a' },
  ])('says nothing of %o', (other) => {
    const layouts = createLayoutMemory()
    layouts.saw(churn, 'one_line', 8)
    expect(layouts.settingFor({ ...churn, ...other }, 2)).toBe('auto')
  })
})

test('of small answers remembers nothing', () => {
  const layouts = createLayoutMemory()
  layouts.saw(churn, 'one_line', 7)
  expect(layouts.settingFor(churn, 2)).toBe('auto')
})

test('keeps to what a job says itself', () => {
  const layouts = createLayoutMemory()
  layouts.saw(churn, 'one_line', 8)
  expect(layouts.settingFor({ ...churn, response: 'lines' }, 2)).toBe('lines')
})
