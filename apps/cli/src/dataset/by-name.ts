import type { PartialSpec } from '../spec/spec-options.ts'

type Dataset = Exclude<PartialSpec['dataset'], undefined>
/** What can be told of a dataset without the user. */
export type Looks = Pick<Dataset, 'format' | 'compression' | 'csv'>

/** What the user says of a dataset comes before what it looks like. */
export function withLooks(looks: Looks, said: PartialSpec['dataset']): Dataset {
  const all = { ...looks, ...said, csv: { ...looks.csv, ...said?.csv } }
  if (said?.compression !== 'auto' || looks.compression === undefined) return all
  return { ...all, compression: looks.compression }
}
