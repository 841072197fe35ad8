import { readFileSync } from 'node:fs'

/**
 * The most memory that this program has had, in KiB. What `getrusage` tells is no less than what the process had that
 * started it, before it became this program.
 */
export function peakMemoryKb(): number {
  const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kb)
}
