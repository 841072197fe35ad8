import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PEERS = ['csv-parse@7.0.3', 'papaparse@5.7.1', 'udsv@0.7.3', '@duckdb/node-api@1.5.6-r.1']

/** Installs what we compare with into a folder that git ignores, once; answers the folder. */
export function installPeers(): string {
  const folder = fileURLToPath(new URL('../../peers/', import.meta.url))
  if (existsSync(join(folder, 'node_modules/udsv'))) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--workspaces=false', '--ignore-scripts', '--no-audit', ...PEERS]
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`install peers: ${stderr}`)
  return folder
}
