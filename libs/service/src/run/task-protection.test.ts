import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { protectTask, type TaskProtectionOptions } from './task-protection.ts'

const cleanup: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of cleanup.splice(0).toReversed()) await close()
})

/** The agent of a container instance, as the task sees it; `answer` is what it says. */
async function startAgent() {
  const agent = {
    uri: '',
    states: [] as object[],
    answer: { status: 200, body: '{"protection":{"ProtectionEnabled":true}}' },
    /** What happens between what it was asked and its answer. */
    meanwhile() {},
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url } = request
      const state = JSON.parse(Buffer.concat(chunks).toString('utf8')) as object
      agent.states.push({ method, url, ...state })
      agent.meanwhile()
      response.writeHead(agent.answer.status).end(agent.answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(() => new Promise((resolve) => server.close(resolve)))
  agent.uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/task-1`
  return agent
}

/** A task whose oldest work the test sets, looked at every few milliseconds. */
function protect(agentUri: string | undefined, change: Partial<TaskProtectionOptions> = {}) {
  const task = { oldestMs: 0, at: 0, looks: 0 }
  const logger = { warn: vi.fn() }
  const protection = protectTask({
    agentUri,
    oldestWorkMs() {
      task.looks += 1
      return task.oldestMs
    },
    logger,
    longWorkSeconds: 60,
    everyMs: 2,
    now: () => task.at,
    ...change,
  })
  cleanup.push(async () => await protection[Symbol.asyncDispose]())
  /** Until the work was looked at again, and what follows has happened. */
  const look = async () => {
    const before = task.looks
    await expect.poll(() => task.looks, { interval: 2 }).toBeGreaterThan(before + 1)
  }
  return { task, logger, protection, look }
}

const path = { method: 'PUT', url: '/api/task-1/task-protection/v1/state' }
const on = { ...path, ProtectionEnabled: true, ExpiresInMinutes: 5 }
const off = { ...path, ProtectionEnabled: false }

test('short work asks for no protection', async () => {
  const agent = await startAgent()
  const { task, look } = protect(agent.uri)
  task.oldestMs = 59_999
  await look()
  expect(agent.states).toEqual([])
})

test('long work is protected, once, until it is done', async () => {
  const agent = await startAgent()
  const { task, look } = protect(agent.uri)
  task.oldestMs = 60_000
  await expect.poll(() => agent.states).toEqual([on])
  await look()
  await look()
  expect(agent.states).toEqual([on])
  task.oldestMs = 0
  await expect.poll(() => agent.states).toEqual([on, off])
})

test('the next long work after it is protected as soon', async () => {
  const agent = await startAgent()
  const { task } = protect(agent.uri)
  task.oldestMs = 60_000
  await expect.poll(() => agent.states).toEqual([on])
  task.at = 10_000
  task.oldestMs = 0
  await expect.poll(() => agent.states).toEqual([on, off])
  task.at = 70_000
  task.oldestMs = 60_000
  await expect.poll(() => agent.states).toEqual([on, off, on])
})

test('protection is renewed long before it expires', async () => {
  const agent = await startAgent()
  const { task } = protect(agent.uri)
  task.oldestMs = 60_000
  await expect.poll(() => agent.states).toEqual([on])
  task.at = 60_000
  await expect.poll(() => agent.states).toEqual([on, on])
})

test('protection counts from when it was asked for, however late the answer is', async () => {
  const agent = await startAgent()
  const { task } = protect(agent.uri)
  agent.meanwhile = () => (task.at = 60_000)
  task.oldestMs = 60_000
  await expect.poll(() => agent.states).toEqual([on, on])
})

test('where all work is long, it is open for a while when what it had in hand has ended', async () => {
  const agent = await startAgent()
  const { task, look } = protect(agent.uri)
  task.oldestMs = 60_000
  await expect.poll(() => agent.states).toEqual([on])
  // The oldest began a moment later.
  task.at = 70_000
  task.oldestMs = 69_999
  await expect.poll(() => agent.states).toEqual([on, off])
  task.at = 189_999
  task.oldestMs = 120_000
  await look()
  expect(agent.states).toEqual([on, off])
  task.at = 190_000
  await expect.poll(() => agent.states).toEqual([on, off, on])
})

test('a task that stops gives its protection up', async () => {
  const agent = await startAgent()
  const { task, protection } = protect(agent.uri)
  task.oldestMs = 60_000
  await expect.poll(() => agent.states).toEqual([on])
  await protection[Symbol.asyncDispose]()
  expect(agent.states).toEqual([on, off])
})

test.for([
  [400, '{"error":{"Code":"AccessDeniedException"}}'],
  [200, '{"requestID":"1","failure":{"Reason":"TASK_NOT_VALID"}}'],
] as const)('a refusal with %i is logged, and asked again', async ([status, body]) => {
  const agent = await startAgent()
  agent.answer = { status, body }
  const { task, logger } = protect(agent.uri)
  task.oldestMs = 60_000
  await expect.poll(() => agent.states.length).toBeGreaterThan(2)
  expect(logger.warn.mock.calls[0]).toMatchObject([
    { enabled: true, error: { message: expect.stringContaining(body) } },
    'task protection not changed',
  ])
})

test('outside ECS nothing is asked for', async () => {
  const { task } = protect(undefined)
  task.oldestMs = 1_000_000
  await new Promise((resolve) => setImmediate(resolve))
  expect(task.looks).toBe(0)
})
