import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkInput } from './check-input.ts'
import { createFolder, isRoot, NO_HINT, refusalOf } from './folder.fixture.ts'

test('a file is known by its path, size and time of change', async () => {
  const { input } = await createFolder()
  const before = await checkInput(input)
  expect(before).toEqual({ path: input, bytes: 4, changedAt: expect.stringMatching(/^\d+$/) })
  await writeFile(input, '1,2\n3,4\n')
  expect(await checkInput(input)).not.toEqual(before)
})

test.for([
  ['nowhere.csv', /no such file/, NO_HINT],
  ['rows.csv/x', /cannot be looked at \(ENOTDIR\)/, NO_HINT],
  ['sub', /is a directory/, /name the file/],
  ['empty.csv', /is empty/, NO_HINT],
] as const)('the input %s is refused before anything starts', async ([name, message, hint]) => {
  const { folder } = await createFolder()
  const checking = checkInput(join(folder, name))
  await expect(checking).rejects.toThrow(message)
  expect(await refusalOf(checking)).toMatchObject({
    exitCode: 2,
    hint: expect.stringMatching(hint),
  })
})

test('what is no regular file is to be piped', async () => {
  await expect(checkInput('/dev/null')).rejects.toMatchObject({
    message: '/dev/null: is not a regular file, wanted a CSV file',
    hint: 'pipe it: millrace run - < /dev/null',
  })
})

test.skipIf(isRoot)('a file that may not be read is refused', async () => {
  const { input } = await createFolder()
  await chmod(input, 0)
  await expect(checkInput(input)).rejects.toThrow('may not be read by this user')
})

test.for(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'])('%s is refused', async (name) => {
  await expect(checkInput(name)).rejects.toMatchObject({
    message: `${name}: is no file but what this process has open`,
    hint: expect.stringContaining('millrace run -'),
  })
})
