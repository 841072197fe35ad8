import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PEERS = ['csv-parse@7.0.3', 'papaparse@5.7.1', 'udsv@0.7.3', '@duckdb/node-api@1.5.6-r.1']

/** Installs what we compare with into a folder that git ignores, once; answers the folder. */
export function installPeers(): string {
  const folder = fileURLToPath(new URL('../peers/', import.meta.url))
  if (existsSync(join(folder, 'node_modules/udsv'))) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--workspaces=false', '--ignore-scripts', '--no-audit', ...PEERS]
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`install peers: ${stderr}`)
  return folder
}

/**
 * Writes the cutter as plain JavaScript, as an image holds it, since stripping types at start costs
 * more than cutting half a gigabyte. Answers the program, which takes a file.
 */
export function writeCutter(folder: string): string {
  const source = fileURLToPath(new URL('../../../libs/csv/src/', import.meta.url))
  const names = readdirSync(source).filter((name) => !/\.(test|fuzz)\.ts$/u.test(name))
  for (const name of names) copyStripped(join(source, name), join(folder, name))
  const program = fileURLToPath(new URL('csv-cut.ts', import.meta.url))
  copyStripped(program, join(folder, 'csv-cut.ts'))
  return join(folder, 'csv-cut.mjs')
}

function copyStripped(from: string, to: string): void {
  const text = stripTypeScriptTypes(readFileSync(from, 'utf8'))
  const linked = text
    .replaceAll("'@millrace/csv'", "'./read-ahead.ts'")
    .replaceAll(/(from '\.\/[^']+)\.ts'/gu, "$1.mjs'")
  writeFileSync(to.replace(/\.ts$/u, '.mjs'), linked)
}
