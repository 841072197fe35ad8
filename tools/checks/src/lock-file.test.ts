import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

interface LockEntry {
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
}

const { packages } = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, LockEntry>
}
const installed = Object.entries(packages).filter(
  ([place, entry]) =>
    place.includes('node_modules/') && entry.link !== true && entry.inBundle !== true,
)

test('every package is pinned by its hash', () => {
  expect(installed.length).toBeGreaterThan(300)
  const loose = installed.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)
  expect(loose.map(([place]) => place)).toEqual([])
})

test('no package names the registry that it came from', () => {
  expect(installed.filter(([, { resolved }]) => resolved?.startsWith('http'))).toEqual([])
})

test('no package runs a script when it is installed', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
})
