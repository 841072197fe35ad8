import { AbstractKeyIterator, AbstractValueIterator } from 'abstract-level'

/**
 * Lets dynalite end what it reads with. It calls `return` on its iterators, as on generators, and
 * those of abstract-level have only `close`; so each Query left one open, with tens of kilobytes and
 * a snapshot of the whole store, for as long as the process lived (dynalite 4.0.0, `db/index.js`).
 */
export function closeIterators(): void {
  for (const { prototype } of [AbstractKeyIterator, AbstractValueIterator]) {
    Object.assign(prototype, {
      return(this: { close(): Promise<void> }) {
        return this.close()
      },
    })
  }
}
