import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { readSettings, type Settings } from './settings.ts'

/** What a stack of the repository has chosen. */
export function settingsOf(stack: string): Settings {
  const file = readFileSync(join(import.meta.dirname, `../Pulumi.${stack}.yaml`), 'utf8')
  const { config } = parse(file) as { config: Record<string, unknown> }
  return readSettings(config['millrace:settings'])
}
