import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/* Whoever reads a page can follow it: its links, the places that it names, and the way to it. */

const root = join(import.meta.dirname, '../../..')
const pages = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((name) => name !== '' && existsSync(join(root, name)))

const withoutBlocks = (text: string): string => text.replaceAll(/^```.*?^```/gms, '')
const read = (page: string): string => withoutBlocks(readFileSync(join(root, page), 'utf8'))

/** The anchors that GitHub gives to a page's headings; of equal ones it numbers the later, which nobody links to. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

interface Link {
  readonly to: string
  /** From the root of the repository. */
  readonly path: string
  readonly anchor: string | undefined
}

/** The links of a page to this repository. */
function linksOf(page: string, text: string): Link[] {
  const prose = text.replaceAll(/`[^`\n]*`/g, (span) => span.replaceAll(/[[\]()]/g, ' '))
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, to = '']) => to)
    .filter((to) => !/^[a-z]+:/.test(to))
    .map((to) => {
      const [path = '', anchor] = to.split('#')
      const whole = path === '' ? page : relative(root, resolve(root, dirname(page), path))
      return { to, path: whole, anchor }
    })
}

const isDead = ({ path, anchor }: Link): boolean =>
  !existsSync(join(root, path)) || (anchor !== undefined && !anchorsOf(read(path)).includes(anchor))

const deadIn = (page: string, text: string): string[] =>
  linksOf(page, text)
    .filter(isDead)
    .map(({ to }) => to)

/** Spans of code that name a place of this repository which is not there. */
const missingIn = (text: string): string[] =>
  [...text.matchAll(/`((?:apps|libs|tools|infra|e2e|examples|contracts|docs)\/[\w./-]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !existsSync(join(root, path)))

// What was said of a version stays in the changelog, whatever became of the file.
const lasting = pages.filter((name) => name !== 'CHANGELOG.md')

test.for(pages)('%s links to pages and headings that are there', (page) => {
  expect(deadIn(page, read(page))).toEqual([])
})

test.for(lasting)('%s names no file of the repository that is not there', (page) => {
  expect(missingIn(read(page))).toEqual([])
})

test('each page is found from the README', () => {
  const found = new Set(['README.md'])
  // A set is walked to its end, with what is added on the way.
  for (const page of found)
    for (const { path } of linksOf(page, read(page))) {
      if (!existsSync(join(root, path))) continue
      const target = statSync(join(root, path)).isDirectory() ? join(path, 'README.md') : path
      if (pages.includes(target)) found.add(target)
    }
  expect(pages.filter((page) => !found.has(page))).toEqual([])
})

test.for(lasting)('%s installs a packed file by a path that npm takes for one', (page) => {
  const text = readFileSync(join(root, page), 'utf8')
  // `dist/x.tgz` without `./` is a repository of GitHub to npm.
  const installed = [...text.matchAll(/npm (?:i|install)\b[^\n&|]*?(\S+\.tgz)/g)]
  expect(installed.map(([, file = '']) => file).filter((file) => !/^\.{0,2}\//.test(file))).toEqual(
    [],
  )
})

test.for([
  ['[a](docs/no-such.md)', ['docs/no-such.md']],
  ['[a](README.md#no-such)', ['README.md#no-such']],
  ['[a](#no-such)', ['#no-such']],
  ['[a](#how-the-pieces-map-to-aws) [b](https://aws.amazon.com/x) [c](docs)', []],
  ['`part[0](x)`', []],
] as const)('of %j, %j is dead', ([text, dead]) => {
  const page = `${read('README.md')}\n${text}`
  expect(deadIn('README.md', page)).toEqual(dead)
})

test('a place that is not there is told', () => {
  expect(missingIn('`libs/job/src/no-such.ts`, `libs/job/src/limits.ts`, `a/1.csv`')).toEqual([
    'libs/job/src/no-such.ts',
  ])
})
