import { createHash } from 'node:crypto'
import { kernelStyle, printLines, type RowStyle } from '@millrace/predictions'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPrinter } from './printer.ts'

const floatsOf = (values: Float32Array): Buffer => Buffer.from(values.slice().buffer)
const sha256 = (...pieces: readonly (string | Buffer)[]): string =>
  pieces.reduce((hash, piece) => hash.update(piece), createHash('sha256')).digest('hex')

const style: RowStyle = { delimiter: ',', thresholds: [0.25, 0.5], labels: ['no', 'yes'] }
const printParts = createPrinter(undefined)

test.for([undefined, style])(
  'lines, rows and digests are those of this thread, styled %o',
  async (style) => {
    const group = fc.array(fc.float32Array({ minLength: 1, maxLength: 300 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(group, async (group) => {
        const parts = group.map((values, index) => ({
          floats: floatsOf(values),
          digestHead: `part ${index}\n`,
        }))
        const printed = await createPrinter(style)(parts)
        const wanted = parts.map(({ floats, digestHead }) => {
          const lines = printLines(floats, undefined, style && kernelStyle(style))
          return { lines, digest: sha256(digestHead, floats) }
        })
        expect(printed.map(({ lines, digest }) => ({ lines, digest }))).toEqual(wanted)
        for (const { release } of printed) release()
      }),
      { numRuns: 50 },
    )
  },
)

test('groups that are asked for at once come back each with its own', async () => {
  const values = Array.from({ length: 20 }, (_, index) => new Float32Array(1_000).fill(index / 32))
  const printed = await Promise.all(
    values.map((floats) => printParts([{ floats: floatsOf(floats), digestHead: '' }])),
  )
  const found = printed.map(([part]) => new Set(part?.lines.numbers))
  expect(found).toEqual(values.map(([value]) => new Set([value])))
})

test('memory is used again only when each part of its group was given back', async () => {
  const part = { floats: floatsOf(new Float32Array(1_000)), digestHead: '' }
  const bytesOf = ([first]: Awaited<ReturnType<typeof printParts>>) =>
    first?.lines.text.buffer.byteLength
  const group = await printParts([part, part])
  const bytes = bytesOf(group)
  group[0]?.release()
  const next = await printParts([part])
  expect(bytesOf(group)).toBe(bytes)
  expect(bytesOf(next)).toBeLessThan(bytes ?? 0)
  group[1]?.release()
  expect(bytesOf(await printParts([part]))).toBe(bytes)
  // What went over is there, and no more here.
  expect(bytesOf(group)).toBe(0)
})
