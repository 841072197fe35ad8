import type { NamedFinding } from './finding.ts'

/** What the worst of the findings says of the whole. */
export function verdictOf(findings: readonly NamedFinding[]): 'ok' | 'warning' | 'failed' {
  if (findings.some(({ kind }) => kind === 'failed')) return 'failed'
  return findings.some(({ kind }) => kind === 'warning') ? 'warning' : 'ok'
}

/** A line for each thing that was looked at, what to do beneath it, and the verdict at the end. */
export function toldFindings(where: string, findings: readonly NamedFinding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const indent = ' '.repeat(KIND_WIDTH + width + 4)
  const lines = findings.flatMap((finding) => [
    `${finding.kind.padEnd(KIND_WIDTH)}  ${finding.check.padEnd(width)}  ${finding.found}`,
    ...('hint' in finding ? [`${indent}→ ${finding.hint}`] : []),
  ])
  return [...lines, '', sentence(where, findings)].join('\n')
}

const KIND_WIDTH = 'skipped'.length

function sentence(where: string, findings: readonly NamedFinding[]): string {
  const count = (wanted: NamedFinding['kind']): number =>
    findings.filter(({ kind }) => kind === wanted).length
  const failures = count('failed')
  const warnings = count('warning')
  if (failures + warnings === 0) return `${where}: all is well`
  return `${where}: ${failures} failed, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
}
