import type { Output } from '@millrace/job'

interface Shape {
  readonly format?: Output['format'] | undefined
  readonly compression?: Output['compression'] | undefined
}

/** The ending of a result's name that says what it is. */
export function endingOf({ format = 'csv', compression = 'auto' }: Shape): string {
  if (format === 'parquet') return '.parquet'
  return `.${format}${{ auto: '', none: '', gzip: '.gz', zstd: '.zst' }[compression]}`
}
