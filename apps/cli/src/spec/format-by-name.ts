import type { Output } from '@millrace/job'

interface Shape {
  readonly format?: Output['format'] | undefined
  readonly compression?: Output['compression'] | undefined
}

const FORMATS: Readonly<Record<string, Output['format']>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
}

/** What the name of a result says of it: `scores.jsonl.gz` is JSON lines, compressed by gzip. */
export function formatByName(name: string): Shape {
  const [, ending = '', compressed] = /\.([a-z]+)(\.gz|\.zst)?$/i.exec(name) ?? []
  const format = FORMATS[ending.toLowerCase()]
  return {
    ...(format === undefined ? {} : { format }),
    ...(compressed === undefined
      ? {}
      : { compression: compressed.toLowerCase() === '.gz' ? 'gzip' : 'zstd' }),
  }
}

/** The ending of a result's name that says what it is. */
export function endingOf({ format = 'csv', compression = 'auto' }: Shape): string {
  if (format === 'parquet') return '.parquet'
  return `.${format}${{ auto: '', none: '', gzip: '.gz', zstd: '.zst' }[compression]}`
}
