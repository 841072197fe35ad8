import type { ReportData } from '../src/report-data.ts'
import { accounting } from './accounting.ts'
import { binaryQuality } from './binary-quality.ts'
import { failures } from './failures.ts'
import { header } from './header.ts'
import { multiclassQuality, regressionQuality } from './other-quality.ts'
import { counted } from './numbers.ts'
import { overTime } from './over-time.ts'
import { predictions, unscored } from './predictions.ts'
import { createThreshold, type Threshold } from './threshold.ts'

/* The report page: draws what is embedded in it, and asks nobody for anything. */

const data = JSON.parse(document.getElementById('report')?.textContent ?? '') as ReportData
document.title = `${data.endpoint}: ${counted(data.rows.total, 'row')} · Millrace report`

const threshold =
  data.decision.kind === 'binary' && data.scores.grid.edges.length > 0
    ? createThreshold(data)
    : undefined
const sections = [
  header(data),
  data.scores.count > 0 ? predictions(data, threshold) : unscored(data),
  quality(threshold),
  overTime(data),
  failures(data),
  accounting(data),
]
document
  .getElementById('page')
  ?.replaceChildren(...sections.filter((section) => section !== undefined))

function quality(threshold: Threshold | undefined): HTMLElement | undefined {
  switch (data.quality?.kind) {
    case 'binary':
      return threshold && binaryQuality(data, data.quality, threshold)
    case 'multiclass':
      return multiclassQuality(data.quality)
    case 'regression':
      return regressionQuality(data.quality)
    case undefined:
      return undefined
    default:
      return data.quality satisfies never
  }
}
