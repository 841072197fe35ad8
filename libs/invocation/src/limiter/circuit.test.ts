import { expect, test } from 'vitest'
import { createCircuit } from './circuit.ts'

/** How many failures in a row it takes to open. */
function failuresToOpen(circuit: ReturnType<typeof createCircuit>): number {
  let failures = 0
  while (circuit.state === 'closed') {
    circuit.failed()
    failures += 1
  }
  return failures
}

test('opens after twenty failures in a row, and closes with an answer to its probe', () => {
  const circuit = createCircuit()
  expect(failuresToOpen(circuit)).toBe(20)
  circuit.coolOffOver()
  expect(circuit.state).toBe('probing')
  circuit.answered()
  expect(circuit.state).toBe('closed')
})

test('after an alarm that its first probe has shown to be false, takes twice as many, to a bound', () => {
  const circuit = createCircuit()
  const taken = Array.from({ length: 6 }, () => {
    const failures = failuresToOpen(circuit)
    circuit.coolOffOver()
    circuit.answered()
    return failures
  })
  expect(taken).toEqual([20, 40, 80, 160, 320, 320])
})

test('after one that was true, takes as many as at first', () => {
  const circuit = createCircuit()
  failuresToOpen(circuit)
  circuit.coolOffOver()
  circuit.answered()
  expect(failuresToOpen(circuit)).toBe(40)
  circuit.coolOffOver()
  circuit.failed()
  circuit.coolOffOver()
  circuit.answered()
  expect(failuresToOpen(circuit)).toBe(20)
})
