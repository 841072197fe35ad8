/*
 * Runs the stack's program without an engine and prints every resource that it registers, as JSON.
 * usage: node src/graph/dump.ts [a file of stack settings, such as Pulumi.prod.yaml]
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { parse } from 'yaml'
import { ACCOUNT, physicalName, type Resource, stateOf } from './mock-account.ts'

const [file = ''] = process.argv.slice(2)
const { config } = parse(readFileSync(file, 'utf8')) as { config: Record<string, unknown> }
const stack = /^Pulumi\.(.+)\.yaml$/.exec(basename(file))?.[1] ?? 'test'
const region = String(config['aws:region'])
const resources: Resource[] = []

/** Archives hold promises of their files, which JSON would lose. */
async function withTexts(inputs: Record<string, unknown>): Promise<unknown> {
  const { code } = inputs
  if (!(code instanceof pulumi.asset.AssetArchive)) return inputs
  const files = Object.entries(await code.assets).map(async ([name, asset]) => [
    name,
    { text: await (asset as pulumi.asset.StringAsset).text },
  ])
  return { ...inputs, code: { assets: Object.fromEntries(await Promise.all(files)) } }
}

pulumi.runtime.setAllConfig(
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ),
)
await pulumi.runtime.setMocks(
  {
    newResource: async ({ type, name, inputs: given, custom, provider }) => {
      const inputs = (await withTexts(given)) as Record<string, unknown>
      if (custom === true) resources.push({ type, name, inputs, provider: provider ?? '' })
      return {
        id: physicalName(type, stack, name),
        state: stateOf(type, stack, region, name, inputs),
      }
    },
    call: ({ token, inputs, provider = '' }) => {
      // The default provider may be of another account than what is made.
      if (!provider.includes('::account::')) throw new Error(`${token} is asked of "${provider}"`)
      if (token === 'aws:index/getCallerIdentity:getCallerIdentity') return { accountId: ACCOUNT }
      if (token === 'aws:index/getRegion:getRegion') return { region }
      throw new Error(`the graph asks for ${token} (${JSON.stringify(inputs)})`)
    },
  },
  'millrace',
  stack,
  false,
)

/** What only the options of a resource say. */
const options = new Map<string, Pick<Resource, 'protect' | 'ignoreChanges'>>()

let outputs: unknown
await pulumi.runtime.runInPulumiStack(async () => {
  pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
    const { protect, ignoreChanges } = opts as pulumi.CustomResourceOptions
    options.set(`${type}::${name}`, {
      ...(protect === undefined ? {} : { protect }),
      ...(ignoreChanges === undefined ? {} : { ignoreChanges }),
    })
    return undefined
  })
  const program: Record<string, unknown> = await import('../index.ts')
  outputs = await new Promise((resolve) => pulumi.output(program).apply(resolve))
  return program
})
await pulumi.runtime.disconnect()

const graph = {
  stack,
  region,
  resources: resources.map((resource) => ({
    ...resource,
    ...options.get(`${resource.type}::${resource.name}`),
  })),
  outputs,
}
process.stdout.write(`${JSON.stringify(graph)}\n`)
