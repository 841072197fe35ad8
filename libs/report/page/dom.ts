type Child = Node | string | undefined
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Makes an element. Texts become text nodes: whatever they say, they are never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
  element.append(...children.filter((child) => child !== undefined))
  return element
}

/** A figure with a heading and a note, and a place for the chart, which knows its own width. */
export function figure(title: string, note: string): { element: HTMLElement; place: HTMLElement } {
  const place = h('div')
  const element = h('figure', {}, h('h3', {}, title), h('p', { class: 'soft small' }, note), place)
  return { element, place }
}

export const key = (color: string, ...children: readonly Child[]): HTMLElement => {
  const element = h('span', { class: 'key' }, ...children)
  element.style.setProperty('--key', color)
  return element
}

export const tile = (name: string, value: string, note?: string): HTMLElement =>
  h(
    'div',
    { class: 'tile' },
    h('span', { class: 'soft small' }, name),
    h('b', {}, value),
    note === undefined ? undefined : h('span', { class: 'soft small' }, note),
  )

export const metric = (name: string, value: string, title?: string): HTMLElement =>
  h('div', { title }, h('span', { class: 'soft small' }, name), h('b', {}, value))
