import { pageStyle } from './page.generated.ts'
import { htmlPage } from './render-page.ts'
import type { TuneData } from './tune-data.ts'
import { pageScript } from './tune-page.generated.ts'

/** What `millrace tune` found, as an HTML document that needs nothing else. */
export function renderTunePage(data: TuneData): string {
  return htmlPage({ title: 'Millrace tune', script: pageScript, style: pageStyle, data })
}
