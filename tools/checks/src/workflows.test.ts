import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../../.github/workflows')
const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const [head = '', body = ''] = text.split(/^jobs:\n/m)
  return { name, head, jobs: body.split(/^(?= {2}[\w-]+:$)/m).filter((job) => job.trim() !== '') }
})
const uses = workflows.flatMap(({ name, jobs }) =>
  [...jobs.join('').matchAll(/uses: (.+)/g)].map(([, action = '']) => ({ name, action })),
)

test.for(uses)('$name takes $action by its commit', ({ action }) => {
  expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test.for(workflows)('in $name only a job that assumes a role can ask for one', ({ head, jobs }) => {
  expect(head).toContain('permissions:\n  contents: read\n')
  expect(head).not.toContain('write')
  for (const job of jobs) {
    expect(job.includes('id-token: write')).toBe(job.includes('role-to-assume:'))
  }
})

test('what a pull request brings never runs with the role that pushes', () => {
  const roles = workflows.flatMap(({ name, jobs }) =>
    jobs
      .filter((job) => job.includes('role-to-assume:'))
      .map((job) => [
        name,
        /role-to-assume: \$\{\{ vars\.(\w+)/.exec(job)?.[1],
        job.includes("if: github.event_name == 'push' &&"),
      ]),
  )
  expect(roles).toEqual([
    ['images.yml', 'AWS_PUSH_ROLE_ARN', true],
    ['preview.yml', 'AWS_PREVIEW_ROLE_ARN', false],
  ])
})
