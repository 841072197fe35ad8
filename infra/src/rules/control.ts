import type { Graph } from '../graph/graph.ts'

/**
 * A rule of AWS's own catalogue: `FSBP` is AWS Foundational Security Best Practices, `CIS` the CIS AWS
 * Foundations Benchmark 3.0, `Security Hub` what it checks for other standards (NIST SP 800-53), all
 * as Security Hub names them
 * (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html).
 */
export interface Control {
  /** Security Hub's id, such as `SQS.1`; a name of ours where the rule is Millrace's own. */
  readonly id: string
  readonly source: 'FSBP' | 'CIS 3.0' | 'FSBP, CIS 3.0' | 'Security Hub' | 'Millrace'
  readonly says: string
  /** What breaks it, named as `type name`, each with what was found. */
  breaches(graph: Graph): readonly Breach[]
  /** Breaches that stand, by stack or `*`, each with its reason in one line. */
  readonly justified?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface Breach {
  readonly resource: string
  readonly found: string
}
