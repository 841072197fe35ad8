import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from './mock-account.ts'

export interface Graph {
  readonly stack: string
  readonly region: string
  readonly resources: readonly Resource[]
  readonly outputs: Readonly<Record<string, unknown>>
}

const folder = join(import.meta.dirname, '../..')

/** The stacks that have settings in the repository. */
export const STACKS: readonly string[] = readdirSync(folder)
  .flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? [])
  .toSorted()

/** The environment variable that names a folder of graphs that are there already. */
export const GRAPHS = 'MILLRACE_TEST_GRAPHS'

/** Every resource of a stack, as its program registers them; see `dump.ts`. */
export function graphOf(stack: string): Graph {
  const made = process.env[GRAPHS]
  const json =
    made === undefined
      ? execFileSync(process.execPath, dumpArgs(stack), { encoding: 'utf8', maxBuffer: 2 ** 26 })
      : readFileSync(join(made, `${stack}.json`), 'utf8')
  return JSON.parse(json) as Graph
}

/** The arguments of Node that print a stack's graph. */
export const dumpArgs = (stack: string): string[] => [
  join(import.meta.dirname, 'dump.ts'),
  join(folder, `Pulumi.${stack}.yaml`),
]

/** The resources of a type, such as `sqs.Queue`. */
export function ofType(graph: Graph, type: string): readonly Resource[] {
  return graph.resources.filter((resource) => shortType(resource) === type)
}

/** `aws:sqs/queue:Queue` is `sqs.Queue`. */
export function shortType({ type }: Pick<Resource, 'type'>): string {
  const [, path = '', name = ''] = type.split(':')
  return path === '' ? type : `${path.split('/')[0]}.${name}`
}
