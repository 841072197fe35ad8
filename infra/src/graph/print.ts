import { stringify } from 'yaml'
import type { StatementJson } from '../iam/policy-json.ts'
import { type Graph, shortType } from './graph.ts'
import type { Resource } from './mock-account.ts'

/** The graph for a person: a paragraph a resource, by type and name, policies as sentences. */
export function printGraph({ stack, region, resources, outputs }: Graph): string {
  const sorted = resources.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'))
  const head = `# ${stack}, ${region}: ${resources.length} resources. Written by the tests of infra.\n`
  return [head, ...sorted.map(printResource), `outputs\n${indent(stringify(outputs, plain))}`].join(
    '\n',
  )
}

const keyOf = (resource: Resource): string => `${shortType(resource)} ${resource.name}`

function printResource(resource: Resource): string {
  const flags = [
    ...(resource.protect === true ? ['protected'] : []),
    ...(resource.ignoreChanges ?? []).map((field) => `${field} is left alone`),
  ]
  const title = keyOf(resource) + (flags.length === 0 ? '' : ` [${flags.join(', ')}]`)
  const inputs = Object.entries(resource.inputs).map(([key, value]) => [key, readable(value)])
  if (inputs.length === 0) return `${title}\n`
  return `${title}\n${indent(stringify(Object.fromEntries(inputs), plain))}`
}

const plain = { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true } as const

/** JSON in a string is shown as what it is; a policy as one line a statement. */
function readable(value: unknown): unknown {
  if (isObject(value) && 'assets' in value) return Object.keys(value['assets'] as object)
  const parsed = parsedJson(value)
  if (!isObject(parsed)) return parsed
  if (Array.isArray(parsed['Statement'])) {
    return (parsed['Statement'] as StatementJson[]).map(sentenceOf)
  }
  return parsed
}

function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[{[]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function sentenceOf({ Effect, Principal, Action, Resource, Condition }: StatementJson): string {
  const who = Principal === undefined ? '' : ` ${JSON.stringify(Principal)}:`
  const what = [Action].flat().join(', ')
  const where = Resource === undefined ? '' : ` on ${[Resource].flat().join(', ')}`
  const when = Condition === undefined ? '' : ` when ${JSON.stringify(Condition)}`
  return `${Effect}${who} ${what}${where}${when}`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const indent = (text: string): string => text.trimEnd().replaceAll(/^/gm, '  ').concat('\n')
