import type { SystemOptions } from '../system/which-system.ts'

export interface ReportOptions extends SystemOptions {
  /** A job, or the path of a result; the latest local job when absent. */
  readonly job?: string
  /** A file of labels, or a column of the dataset. */
  readonly labels?: string
  readonly labelColumn?: string
  readonly positive?: string
  readonly costFalsePositive: number
  readonly costFalseNegative: number
  /** The page, or `-` for standard output; `<job>.report.html` here unless given. */
  readonly out?: string
}
