import { createRequire } from 'node:module'

/** `export-peer.ts <folder> none|all <peers>`: DuckDB's `COPY`, over text, so that no byte changes. */
const [folder = '', join = '', peers = ''] = process.argv.slice(2)
const { DuckDBInstance } = createRequire(`${peers}/package.json`)('@duckdb/node-api')
const connection = await (await DuckDBInstance.create()).connect()

const table = (name: string): string =>
  `read_csv('${folder}/${name}.csv', header = true, delim = ',', all_varchar = true)`
const added = `"Prediction", case when "Prediction"::double > 0.5 then 1 else 0 end as "Binary Classification"`
const query =
  join === 'all'
    ? `select f.*, ${added} from ${table('features')} f positional join ${table('predictions')} p`
    : `select ${added} from ${table('predictions')}`

const startedAt = performance.now()
const startedCpu = process.cpuUsage()
await connection.run(`copy (${query}) to '${folder}/duckdb-${join}.csv' (header, delimiter ',')`)
const { user, system } = process.cpuUsage(startedCpu)
const seconds = (performance.now() - startedAt) / 1_000
const memoryMb = process.resourceUsage().maxRSS / 1_024
process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, memoryMb }))
