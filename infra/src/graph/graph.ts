import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
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

const graphs = new Map<string, Graph>()

/** Every resource of a stack, as its program registers them; see `dump.ts`. */
export function graphOf(stack: string): Graph {
  let graph = graphs.get(stack)
  if (graph === undefined) {
    const program = join(import.meta.dirname, 'dump.ts')
    const args = [
      '--disable-warning=ExperimentalWarning',
      program,
      join(folder, `Pulumi.${stack}.yaml`),
    ]
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
    const json = execFileSync(process.execPath, args, { encoding: 'utf8', env, maxBuffer: 2 ** 26 })
    graph = JSON.parse(json) as Graph
    graphs.set(stack, graph)
  }
  return graph
}

/** The resources of a type, such as `sqs.Queue`. */
export function ofType(graph: Graph, type: string): readonly Resource[] {
  return graph.resources.filter((resource) => shortType(resource) === type)
}

/** `aws:sqs/queue:Queue` is `sqs.Queue`. */
export function shortType({ type }: Pick<Resource, 'type'>): string {
  const [, path = '', name = ''] = type.split(':')
  return path === '' ? type : `${path.split('/')[0]}.${name}`
}
