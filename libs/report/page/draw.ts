import { type PlotOptions, plot } from '@observablehq/plot'

/** Draws a chart into its place, again when the place becomes wider or narrower. */
export function draw(place: HTMLElement, options: () => PlotOptions): () => void {
  let width = 0
  const redraw = (): void => {
    if (width === 0) return
    place.replaceChildren(plot({ height: 230, marginLeft: 52, ...options(), width }))
  }
  new ResizeObserver(() => {
    const wide = Math.floor(place.clientWidth)
    if (wide === 0 || Math.abs(wide - width) < 2) return
    width = wide
    redraw()
  }).observe(place)
  return redraw
}
