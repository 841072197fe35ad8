import { expect, test } from 'vitest'
import { graphOf, STACKS } from './graph.ts'
import { printGraph } from './print.ts'

test.for(STACKS)('the %s stack is what was reviewed', async (stack) => {
  await expect(printGraph(graphOf(stack))).toMatchFileSnapshot(`../../graph/${stack}.txt`)
})
