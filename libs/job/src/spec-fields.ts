import { z } from 'zod'

/** Half a character, as of a name that was cut within an emoji: nothing can be called that. */
export const WELL_FORMED = 'wanted text without half characters (lone surrogates)'

/** Where a dataset or a result lies. */
export const uri = z
  .string()
  .max(2_048)
  .regex(/^(s3:\/\/[a-z0-9.-]{3,63}\/.*|file:\/\/\/.*)$/, 'wanted s3://bucket/key or file:///path')
  .refine((text) => text.isWellFormed(), WELL_FORMED)

/** Whether a dataset is one object of a store that keeps versions, and not many or the list of them. */
export const isObjectOfS3 = (dataset: string): boolean =>
  dataset.startsWith('s3://') && !dataset.endsWith('/') && !dataset.endsWith('.manifest')

/** A column by its name in the header, or by its index from 0. */
export const column = z.union([z.string().min(1).max(1_024), z.int().min(0).max(100_000)])

/** Of a path into an answer: a key, an element of a list, or each of them. */
const KEY = String.raw`[^.\[\]\r\n]+`
const ELEMENT = String.raw`\[\d*\]`
/** As jq writes it, too: with a point before the first key. */
const PATH = String.raw`(?:\.?${KEY}|${ELEMENT})(?:\.${KEY}|${ELEMENT})*`

/** Where predictions stand in an answer; what it says is read by `parseResponse` of libs/invocation. */
export const response = z
  .string()
  .max(256)
  .regex(
    new RegExp(`^(auto|lines|one_line|label|csv:.+|json:${PATH})$`),
    'wanted auto, lines, one_line, label, csv:<column> or json:<path>, such as json:predictions[].score or json:[0].values[]',
  )
