/** All that the page of a tuned endpoint shows. */
export interface TuneData {
  readonly endpoint: string
  readonly cells: readonly TuneCell[]
  readonly best: TuneCell
  readonly shareOfEndpoint: number
  readonly perMillionRows: number
}

/** A pair of rows and concurrency that was tried. */
export interface TuneCell {
  readonly kind: 'measured' | 'dominated' | 'throttled' | 'refused' | 'failed'
  /** Why it failed. */
  readonly reason?: string
  readonly rows: number
  readonly concurrency: number
  readonly rowsPerSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
}
