import { expect, test } from 'vitest'
import { mutations } from '../mutations/mutations.ts'
import { startHunt } from '../mutations/start-hunt.ts'
import { simulate } from './simulate.ts'

/** Hunted from here by `npm run mutations`, too. */
const rare = mutations.flatMap(({ seed, name }) =>
  seed === undefined ? [] : ([[seed, name]] as const),
)

// What the simulation has found, by seeds that find it again where its fix is taken out. Where scenarios
// are drawn otherwise, others are to take their place: `npm run mutations -- --only …` tells which.
test.for([
  [13, 'a job is resumed to running before it is planned'],
  [7, 'a segment that is not written yet fails the job'],
  [615, 'a job counts as paused for a while after it was resumed'],
  [68, 'a job is judged by an endpoint that has no room'],
  [142, 'a worker that stops charges what it has not begun'],
  [1, 'what a look cannot read ends the aggregator'],
  [1, 'a worker ends when nobody has told it to'],
  [227, 'an aborted consumer leaves a rejection that nobody handles'],
  [2_730, 'a service that is away is charged to the message'],
  [370, 'an end that nobody has told is told by nobody'],
  [444, 'a job is finished by any generation'],
  [2_000_000_117, 'one fault uses up the repetitions of another'],
  ...rare,
] as const)(
  'seed %d holds, and does not where %s',
  // A mutated run may take a hundred times as long as another, and both cores are busy.
  { timeout: 240_000 },
  async ([seed, mutation]) => {
    const { notes } = await simulate(seed)
    expect(notes.violations).toEqual([])
    const { what, others } = await startHunt(mutation, seed, 1)
    expect({ isNoticed: what !== undefined, others }).toEqual({ isNoticed: true, others: [] })
  },
)

// What has been found, and has no guard of its own that could be taken out.
test.for([
  [2_500_009_533, 'a slow container fails at rows of the preflight, and answers others'],
  [2_600_015_112, 'it does so to the copies of a request'],
] as const)('seed %d ends, where %s', async ([seed]) => {
  const { notes } = await simulate(seed)
  expect(notes.violations).toEqual([])
})

// What was not a fault of the apps, but of the world around them.
test.for([
  [2_005_707, 'every machine has crashed'],
  [5_005_219, 'a request is set aside after the operator has looked'],
  [50_199_189, 'a job was to be paused when all was well again'],
  [60_272_855, 'a deploy cut off what took minutes'],
  [200_038_818, 'a batch was published again after an outage'],
  [2_300_002_386, 'four consumers took two looks each to share what a job was cut down to'],
  [2_900_020_494, 'a deploy cut off what could not be recorded for a minute and a half'],
  [1_000_201_490, 'a completion came twice while its job was told of'],
  [110_061_016, 'junk was let go of with the messages of a paused job, after it was resumed'],
  [
    3_700_189_386,
    'a request of which five receives came at once was set aside while it was worked on',
  ],
  [3_700_157_358, 'the request of a paused job was let go of, just after it was resumed'],
] as const)('seed %d holds, where %s', async ([seed]) => {
  const { notes } = await simulate(seed)
  expect(notes.violations).toEqual([])
})

// Where little happens, little can differ.
test('eventful seeds give the same history each time', async () => {
  let compared = 0
  for (let seed = 0; compared < 4; seed += 1) {
    expect(seed).toBeLessThan(200)
    const first = await simulate(seed, { full: true })
    if (first.notes.history.length < 50 || first.notes.faults.size < 8) continue
    const second = await simulate(seed, { full: true })
    expect(second.notes.history).toEqual(first.notes.history)
    compared += 1
  }
})
