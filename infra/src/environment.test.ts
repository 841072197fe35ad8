import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { graphOf, ofType, STACKS } from './graph/graph.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')

interface Container {
  readonly environment: readonly { readonly name: string }[]
}

test.for(STACKS)('each variable that the %s stack sets is documented in full', (stack) => {
  const set = ofType(graphOf(stack), 'ecs.TaskDefinition').flatMap(({ inputs }) => {
    const containers = JSON.parse(String(inputs['containerDefinitions'])) as Container[]
    return containers.flatMap(({ environment }) => environment.map(({ name }) => name))
  })
  expect(set).toContain('MILLRACE_BATCHES_DLQ_URL')
  expect(set.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
