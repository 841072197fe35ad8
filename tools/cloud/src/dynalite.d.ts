declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** See https://github.com/architect/dynalite. Times are how long a table stays half-made. */
  export default function dynalite(options: {
    path?: string
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }): Server
}
