import { expect, test } from 'vitest'
import {
  abandon,
  changesOf,
  claim,
  createClaims,
  doneWith,
  finish,
  free,
  isFree,
  open,
  shut,
  untilChange,
  untilFree,
} from './claims.ts'

test('gives each piece once, in order, until there is none', () => {
  const claims = createClaims(3)
  open(claims, 2)
  expect([claim(claims, 0), claim(claims, 1), claim(claims, 2)]).toEqual([0, 1, undefined])
  expect([isFree(claims, 0), isFree(claims, 1), isFree(claims, 2)]).toEqual([false, false, true])
})

test('tells which slot is done with a piece, until it is free', () => {
  const claims = createClaims(2)
  open(claims, 5)
  claim(claims, 1)
  expect(doneWith(claims, 0)).toBeUndefined()
  finish(claims, 1, 700)
  expect(doneWith(claims, 0)).toEqual({ slot: 1, bytes: 700 })
  free(claims, 1)
  expect(doneWith(claims, 0)).toBeUndefined()
})

test('what a reader that is gone has claimed is done, without bytes', () => {
  const claims = createClaims(2)
  open(claims, 5)
  claim(claims, 0)
  abandon(claims, 0)
  abandon(claims, 1)
  expect(doneWith(claims, 0)).toEqual({ slot: 0, bytes: undefined })
  expect(isFree(claims, 1)).toBe(true)
})

test('once shut, gives nothing and waits for nothing', () => {
  const claims = createClaims(2)
  open(claims, 5)
  for (const slot of [0, 1]) claim(claims, slot)
  finish(claims, 0, 1)
  shut(claims)
  expect(untilFree(claims, 0)).toBe(true)
  expect(claim(claims, 0)).toBeUndefined()
  expect(untilFree(claims, 1)).toBe(false)
})

test('opened anew, begins with the first piece and free slots', () => {
  const claims = createClaims(1)
  open(claims, 5)
  claim(claims, 0)
  shut(claims)
  finish(claims, 0, 1)
  open(claims, 1)
  expect(isFree(claims, 0)).toBe(true)
  expect(claim(claims, 0)).toBe(0)
})

test('wakes who waits when a piece is done, also one done before', async () => {
  const claims = createClaims(2)
  open(claims, 5)
  const counted = changesOf(claims)
  claim(claims, 0)
  let woken = 0
  const waiting = untilChange(claims, counted).then(() => (woken += 1))
  expect(woken).toBe(0)
  finish(claims, 0, 1)
  await waiting
  await untilChange(claims, counted)
  expect([woken, changesOf(claims)]).toEqual([1, counted + 1])
})
