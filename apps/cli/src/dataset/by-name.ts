import type { PartialSpec } from '../spec/spec-options.ts'

type Dataset = Exclude<PartialSpec['dataset'], undefined>
/** What can be told of a dataset without the user. */
export type Looks = Pick<Dataset, 'format' | 'compression' | 'csv'>

/** What a name says: `.jsonl` and `.ndjson` are JSON lines, `.tsv` has tabs, `.gz` and `.zst` are packed. */
export function datasetByName(name: string): Looks {
  const [plain, packed] = [withoutCompression(name), /\.(gz|zst)[a-z]*$/i.exec(name)?.[1]]
  const compression = packed?.toLowerCase() === 'gz' ? 'gzip' : 'zstd'
  return {
    ...(/\.(jsonl|ndjson|jsonlines)$/i.test(plain) ? { format: 'jsonl' } : {}),
    ...(/\.(tsv|tab)$/i.test(plain) ? { csv: { delimiter: '\t' } } : {}),
    ...(plain === name ? {} : { compression }),
  }
}

/** `rows.csv.gz` is `rows.csv` inside. */
export const withoutCompression = (name: string): string =>
  name.replace(/\.(gz|gzip|zst|zstd)$/i, '')

/** What the user says of a dataset comes before what it looks like. */
export function withLooks(looks: Looks, said: PartialSpec['dataset']): Dataset {
  const all = { ...looks, ...said, csv: { ...looks.csv, ...said?.csv } }
  if (said?.compression !== 'auto' || looks.compression === undefined) return all
  return { ...all, compression: looks.compression }
}
