import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapAhead } from './map-ahead.ts'

/** Numbers that are answered by hand. */
function createAnswers() {
  const underWay = new Map<number, PromiseWithResolvers<string>>()
  return {
    underWay,
    ask: (number: number): Promise<string> => {
      const answer = Promise.withResolvers<string>()
      underWay.set(number, answer)
      return answer.promise.finally(() => underWay.delete(number))
    },
    answer: async (number: number): Promise<void> => {
      underWay.get(number)?.resolve(`answer ${number}`)
      await nextTurn()
    },
  }
}

test('so many are under way beside the one that is waited for, and all come in order', async () => {
  const { underWay, ask, answer } = createAnswers()
  const answers = mapAhead([1, 2, 3, 4, 5], 2, ask)
  const first = answers.next()
  await nextTurn()
  expect([...underWay.keys()]).toEqual([1, 2, 3])
  await answer(3)
  await answer(1)
  expect(await first).toEqual({ done: false, value: 'answer 1' })
  expect([...underWay.keys()]).toEqual([2])
  const second = answers.next()
  await nextTurn()
  expect([...underWay.keys()]).toEqual([2, 4])
  for (const number of [2, 4]) await answer(number)
  expect(await second).toEqual({ done: false, value: 'answer 2' })
  expect(await answers.next()).toEqual({ done: false, value: 'answer 3' })
  await answer(5)
  expect(await Array.fromAsync(answers)).toEqual(['answer 4', 'answer 5'])
})

test('a failure is thrown in its turn, when nothing is under way any more', async () => {
  const { underWay, ask, answer } = createAnswers()
  const answers = mapAhead([1, 2, 3], 2, ask)
  const first = answers.next()
  await nextTurn()
  underWay.get(2)?.reject(new Error('gone'))
  await answer(1)
  expect(await first).toEqual({ done: false, value: 'answer 1' })
  let isThrown = false
  const second = Promise.allSettled([answers.next().finally(() => (isThrown = true))])
  await nextTurn()
  expect(isThrown).toBe(false)
  await answer(3)
  expect(await second).toMatchObject([{ reason: { message: 'gone' } }])
})

test('who leaves early waits for what is under way', async () => {
  const { underWay, ask, answer } = createAnswers()
  const answers = mapAhead([1, 2, 3], 1, ask)
  const first = answers.next()
  await nextTurn()
  await answer(1)
  await first
  let isLeft = false
  const leaving = answers.return(undefined).finally(() => (isLeft = true))
  await nextTurn()
  expect([isLeft, ...underWay.keys()]).toEqual([false, 2])
  await answer(2)
  await leaving
  expect(underWay.size).toBe(0)
})
