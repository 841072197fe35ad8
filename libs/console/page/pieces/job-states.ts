import type { JobLine } from '../../src/console-data.ts'

export type ShownState = JobLine['state']
export type Phase = 'under way' | 'ended' | 'unreadable'

/** How each state is shown. The page cannot ask `@millrace/job`, which is made for Node; a test compares the two. */
const STATES: Readonly<Record<ShownState, { readonly tone: string; readonly phase: Phase }>> = {
  planning: { tone: 'live', phase: 'under way' },
  running: { tone: 'live', phase: 'under way' },
  paused: { tone: 'wait', phase: 'under way' },
  aggregating: { tone: 'live', phase: 'under way' },
  succeeded: { tone: 'good', phase: 'ended' },
  succeeded_with_failures: { tone: 'wait', phase: 'ended' },
  failed: { tone: 'bad', phase: 'ended' },
  cancelled: { tone: 'soft', phase: 'ended' },
  unreadable: { tone: 'bad', phase: 'unreadable' },
}

/** In the order in which a job goes through them. */
export const SHOWN_STATES = Object.keys(STATES) as readonly ShownState[]

export const phaseOf = (state: ShownState): Phase => STATES[state].phase

/** The class of the colour that goes with the state's name. */
export const toneOf = (state: ShownState): string => STATES[state].tone

export const wordsOf = (state: ShownState): string => state.replaceAll('_', ' ')
