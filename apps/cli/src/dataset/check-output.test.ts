import { chmod, link, readdir, symlink, writeFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkApart, checkOutput, defaultOut } from './check-output.ts'
import { createFolder, isRoot, NO_HINT, refusalOf } from './folder.fixture.ts'

test.for([
  ['rows.csv', 'rows.predictions.csv'],
  ['/data/rows.csv', 'rows.predictions.csv'],
  ['rows', 'rows.predictions.csv'],
  ['-', '-'],
])('the predictions of %s go to %s', ([data, out]) => {
  expect(defaultOut(data!)).toBe(out)
})

test.for(['new.csv', 'empty.csv', 'sub/new.csv'])('the output %s is fine', async (name) => {
  const { folder, input } = await createFolder()
  const before = await readdir(folder)
  expect(await checkOutput(join(folder, name), { input })).toBe(join(folder, name))
  expect(await readdir(folder)).toEqual(before)
})

test.for([
  ['rows.csv', /is the input itself/, /choose another --out/],
  ['sub', /is a directory/, /--out .*\/sub\/result.csv/],
  ['nowhere/new.csv', /its folder does not exist/, NO_HINT],
  ['empty.csv/new.csv', /its folder is a file/, NO_HINT],
  [`${'日'.repeat(81)}.csv`, /日\.manifest\.json: too long .* \(257 bytes\)/, /shorter --out/],
] as const)('the output %s is refused before anything starts', async ([name, message, hint]) => {
  const { folder, input } = await createFolder()
  const checking = checkOutput(join(folder, name), { input })
  await expect(checking).rejects.toThrow(message)
  expect((await refusalOf(checking)).hint).toMatch(hint)
})

test.for(['rows.errors.csv', 'rows.manifest.json'])(
  'an output that would have the input %s beside it is refused',
  async (name) => {
    const { folder } = await createFolder()
    const input = join(folder, name)
    await expect(checkOutput(join(folder, 'rows.csv'), { input })).rejects.toThrow(
      `would write over its input ${name}`,
    )
  },
)

test.skipIf(isRoot)('a folder that may not be written is refused', async () => {
  const { folder, input } = await createFolder()
  await chmod(join(folder, 'sub'), 0o500)
  await expect(checkOutput(join(folder, 'sub/new.csv'), { input })).rejects.toThrow(
    'may not be written (EACCES)',
  )
})

test.runIf(process.platform === 'linux')('a folder that takes no files is refused', async () => {
  const { input } = await createFolder()
  await expect(checkOutput('/proc/new.csv', { input })).rejects.toMatchObject({
    message: expect.stringMatching(/nothing can be made in its folder|may not be written/),
    exitCode: 2,
  })
})

test.for([
  ['a link to it', 'link.csv'],
  ['another name of it', 'hard.csv'],
] as const)('over the input, by %s, nothing is written', async ([, name]) => {
  const { folder, input } = await createFolder()
  await symlink('rows.csv', join(folder, 'link.csv'))
  await link(input, join(folder, 'hard.csv'))
  const other = join(folder, name)
  await expect(checkOutput(input, { input: other })).rejects.toThrow('is the input itself')
  await expect(checkOutput(other, { input })).rejects.toThrow('is the input itself')
})

test('over the model that serves the run, nothing is written', async () => {
  const { folder, input } = await createFolder()
  const model = join(folder, 'm.errors.csv')
  await writeFile(model, '{}')
  await expect(checkOutput(model, { input, model })).rejects.toThrow('is the model itself')
  await expect(checkOutput(join(folder, 'm.csv'), { input, model })).rejects.toThrow(
    'would write over its model m.errors.csv',
  )
})

test('a place that a link leads into the folder that is read is told', async () => {
  const { folder } = await createFolder()
  await symlink('sub', join(folder, 'link'))
  const input = join(folder, 'sub/')
  for (const place of ['link/.millrace', 'sub/new.csv']) {
    await expect(checkApart(join(folder, place), input)).rejects.toThrow('which the run reads')
  }
  await expect(checkApart(join(folder, 'sub.csv'), input)).resolves.toBeUndefined()
  await expect(checkApart(join(folder, 'sub/x'), join(folder, 'link/'))).rejects.toThrow('lies in')
})

test.for(['/dev/null', '/dev/stdout', '/dev/fd/1', 'pipe'])(
  'what is no file is not replaced by one: %s',
  async (name) => {
    const { folder, input } = await createFolder()
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const out = name.startsWith('/') ? name : join(folder, name)
    const checking = checkOutput(out, { input })
    await expect(checking).rejects.toThrow(`${out}: is no regular file`)
    expect((await refusalOf(checking)).hint).toContain('--out - is standard output')
  },
)
