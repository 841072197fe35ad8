import { createHistory } from '@millrace/check-log'
import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'

// A message or field that an app names otherwise would leave the checker with less to contradict, and no
// violation would tell of it. A run is over with its last job, and so before the line about that one's end.
test('where nothing goes wrong, the logs tell the checker all of plan, batches and end', async () => {
  for (let seed = 30; ; seed += 1) {
    expect(seed).toBeLessThan(200)
    const { notes, states } = await simulate(seed)
    if (notes.faults.size > 0 || states.length < 2) continue
    const history = createHistory()
    for (const line of notes.lines) history.add(line)
    const verdicts = history.verdicts()
    expect(verdicts).toHaveLength(states.length)
    for (const { batches, recorded, rows } of verdicts) {
      expect(recorded).toBe(batches)
      expect(rows).toBeGreaterThan(0)
    }
    expect(verdicts.filter(({ state }) => state === 'open').length).toBeLessThanOrEqual(1)
    return
  }
})
