import { hash } from 'node:crypto'
import type { Message } from '@aws-sdk/client-sqs'
import { requeuesOf } from '../calls/received.ts'

/** What a redrive has published again, by which it knows what comes back while it goes on. */
export interface PublishedBodies {
  add(messages: readonly Message[]): void
  /** The letter is one of those, back where it was: whatever set it aside has done so again. */
  isBack(message: Message): boolean
}

/**
 * A letter that comes back has another id, the same body, and one requeue more at least. Of letters with the same body
 * one that was redriven before may be taken for it: it stays where it is, until the next redrive.
 */
export function createPublishedBodies(): PublishedBodies {
  /** The fewest requeues with which each body was published. */
  const requeues = new Map<string, number>()
  return {
    add(messages) {
      for (const message of messages) {
        const key = keyOf(message)
        const published = requeuesOf(message) + 1
        requeues.set(key, Math.min(requeues.get(key) ?? published, published))
      }
    },
    isBack: (message) => requeuesOf(message) >= (requeues.get(keyOf(message)) ?? Infinity),
  }
}

const keyOf = ({ Body = '' }: Message): string => hash('sha256', Body)
