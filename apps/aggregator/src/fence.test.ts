import { expect, test } from 'vitest'
import { fenced, OvertakenError } from './fence.ts'
import { never } from './test-data.fixture.ts'

/** Files that say what becomes of them. */
function createFiles() {
  const log: string[] = []
  const say = async (what: string): Promise<void> => void log.push(what)
  let ours = true
  const files = fenced(
    {
      createWriter: async (uri) => ({
        write: () => say(`write ${uri}`),
        commit: async () => {
          await say(`commit ${uri}`)
          return { bytes: 3 }
        },
        abort: () => say(`abort ${uri}`),
      }),
      remove: (uri) => say(`remove ${uri}`),
    },
    async () => {
      log.push('asked')
      return ours
    },
  )
  return { files, log, overtake: () => void (ours = false) }
}

test('it is asked before each file becomes visible or goes, and not before', async () => {
  const { files, log } = createFiles()
  const [result, manifest] = [
    await files.createWriter('result', never),
    await files.createWriter('manifest', never),
  ]
  await result.write(Buffer.from('0.5'))
  expect(await result.commit()).toEqual({ bytes: 3 })
  await files.remove('errors', never)
  await manifest.commit()
  expect(log).toEqual([
    'write result',
    'asked',
    'commit result',
    'asked',
    'remove errors',
    'asked',
    'commit manifest',
  ])
})

test('whoever is overtaken between two files makes no more of them visible, and can let go of them', async () => {
  const { files, log, overtake } = createFiles()
  const [result, manifest] = [
    await files.createWriter('result', never),
    await files.createWriter('manifest', never),
  ]
  await result.commit()
  overtake()
  await expect(manifest.commit()).rejects.toBeInstanceOf(OvertakenError)
  await expect(files.remove('errors', never)).rejects.toThrow(
    'write errors: another has taken over',
  )
  await manifest.abort()
  expect(log).toEqual(['asked', 'commit result', 'asked', 'asked', 'abort manifest'])
})
