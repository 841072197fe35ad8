/** `millrace run`, as typed; commander has checked the types, not the world. */
export interface RunOptions {
  /** A path, or `-` for standard input. */
  readonly data: string
  readonly endpoint?: string
  readonly endpointUrl?: string
  /** An XGBoost model to serve on this machine instead of a SageMaker endpoint. */
  readonly localModel?: string
  readonly localLatency: number
  readonly region?: string
  /** A path, or `-` for standard output. */
  readonly out?: string
  readonly threshold: number
  readonly batchRows: number
  readonly concurrency: number
  readonly consumers: number
  readonly header: 'auto' | 'present' | 'absent'
  readonly delimiter: string
  readonly join: 'none' | 'all'
  readonly state?: string
  readonly fresh: boolean
  readonly quiet: boolean
}
