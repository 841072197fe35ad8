import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from './free-port.ts'

async function hold(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
}

test('no port is one that the system may give to somebody else meanwhile', async () => {
  for (let count = 0; count < 50; count += 1) {
    const port = await freePort()
    expect(port).toBeGreaterThanOrEqual(20_000)
    expect(port).toBeLessThan(32_768)
    await hold(port)
  }
})

test('a port that is taken is passed over', async () => {
  const taken = await freePort()
  await hold(taken)
  const share = (taken - 20_000 + 0.5) / 12_768
  const drawn: number[] = []
  const next = await freePort(() => {
    drawn.push(drawn.length < 2 ? share : Math.random())
    return drawn.at(-1) ?? 0
  })
  expect(next).not.toBe(taken)
  expect(drawn.length).toBeGreaterThan(2)
  await expect(freePort(() => share)).rejects.toThrow('no free port on 127.0.0.1 from 20000 to')
})
