import type { ReportData } from '../src/report-data.ts'

export interface Bar {
  readonly from: number
  readonly to: number
  readonly rows: number
}

const BARS = 50

/** About fifty bars of equal width, each a whole number of the grid's bins. */
export function barsOf({ scores, decision }: Pick<ReportData, 'scores' | 'decision'>): Bar[] {
  const { edges, above } = scores.grid
  // A threshold that lies beyond all scores is an edge far from the others: no bar begins or ends there.
  const ends = [edges[0], edges.at(-1)]
  const isApart = (edge: number): boolean =>
    edge === decision.threshold && ends.includes(edge) && (edge < scores.min || edge > scores.max)
  const points = edges
    .map((edge, index) => ({ edge, above: above[index] ?? 0 }))
    .filter(({ edge }) => !isApart(edge))
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return []
  const width = (last.edge - first.edge) / BARS
  const bars: Bar[] = []
  let start = first
  for (const point of points.slice(1)) {
    const isLast = point === last
    // From where the bar before ends, which may be a little further than was due.
    if (point.edge < start.edge + width * (1 - 1e-7) && !isLast) continue
    // What lies at or below the first edge has no bin of its own, and neither has what lies above the last.
    const under = start === first ? scores.count : start.above
    bars.push({ from: start.edge, to: point.edge, rows: under - (isLast ? 0 : point.above) })
    start = point
  }
  return bars
}
