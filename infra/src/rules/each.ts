import { type Graph, ofType } from '../graph/graph.ts'
import type { Resource } from '../graph/mock-account.ts'
import type { PolicyJson, StatementJson } from '../iam/policy-json.ts'
import type { Breach } from './control.ts'

type Inputs = Readonly<Record<string, unknown>>

/** Breaches among the resources of a type: those of which `wrong` says what was found. */
export const each =
  (type: string, wrong: (inputs: Inputs, resource: Resource, graph: Graph) => unknown) =>
  (graph: Graph): Breach[] =>
    ofType(graph, type).flatMap((resource) => {
      const found = wrong(resource.inputs, resource, graph)
      if (found === undefined || found === false) return []
      return [{ resource: `${type} ${resource.name}`, found: textOf(found) }]
    })

/** What is found in place of what is wanted. What is absent is no less found: AWS's default takes its place. */
export const otherThan = (wanted: unknown, found: unknown): string | false =>
  found !== wanted && textOf(found)

export function textOf(found: unknown): string {
  if (found === undefined) return 'absent'
  return typeof found === 'string' ? found : JSON.stringify(found)
}

/** Resources of a type that no resource of another type points to by this input. */
export const eachWithout =
  (type: string, other: string, key: string) =>
  (graph: Graph): Breach[] => {
    const named = new Set(ofType(graph, other).map(({ inputs }) => inputs[key]))
    return ofType(graph, type)
      .filter(({ name }) => !named.has(physical(graph, name)))
      .map(({ name }) => ({ resource: `${type} ${name}`, found: `no ${other}` }))
  }

const physical = ({ stack }: Graph, name: string): string => `millrace-${stack}-${name}`

export interface Container {
  readonly name: string
  readonly user?: string
  readonly privileged?: boolean
  readonly readonlyRootFilesystem?: boolean
  readonly stopTimeout?: number
  readonly healthCheck?: { readonly command: readonly string[] }
  readonly image?: string
  readonly environment: readonly { readonly name: string; readonly value: string }[]
  readonly logConfiguration?: { readonly logDriver: string }
  readonly linuxParameters?: { readonly capabilities?: { readonly drop?: readonly string[] } }
}

export const eachContainer =
  (wrong: (container: Container) => unknown) =>
  (graph: Graph): Breach[] =>
    each('ecs.TaskDefinition', ({ containerDefinitions }) =>
      (JSON.parse(String(containerDefinitions)) as Container[]).map(wrong).find(Boolean),
    )(graph)

export const statementsOf = (policy: unknown): readonly StatementJson[] =>
  (JSON.parse(String(policy)) as PolicyJson).Statement

/** Breaches among all statements of the policies of a type. */
export const eachStatement =
  (type: string, wrong: (statement: StatementJson) => unknown) =>
  (graph: Graph): Breach[] =>
    each(type, ({ policy }) => statementsOf(policy).map(wrong).find(Boolean))(graph)
