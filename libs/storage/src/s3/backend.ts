import type { S3Client } from '@aws-sdk/client-s3'
import { type Backend, S3_STREAMING } from '../backend.ts'
import { type Clock, systemClock } from '../clock.ts'
import { readDocumentObject, removeObject, writeDocumentObject } from './document.ts'
import { pinObject, pinPrefix } from './pin.ts'
import { objectOccupant } from './occupant.ts'
import { createDirectReads } from './read-directly.ts'
import { readBySdk } from './read-by-sdk.ts'
import { createS3Writer } from './writer.ts'

/**
 * Storage in S3. The client stays its owner's to destroy.
 *
 * @param reads `direct` reads ranges over connections of our own, at a fraction of the SDK's CPU; `sdk`
 * leaves it to the client: the oracle of the tests.
 * @param bytesOfPart what an upload is cut into, where it is not as usual: for a store that takes small parts.
 */
export function createS3Backend(
  client: S3Client,
  reads: 'direct' | 'sdk' = 'direct',
  clock: Clock = systemClock,
  bytesOfPart?: (part: number) => number,
): Backend {
  const deps = { client, clock }
  const direct = createDirectReads(deps)
  return {
    streaming: S3_STREAMING,
    pinOne: async (uri, signal, version) => pinObject(deps, uri, signal, version),
    list: async (uri, objectsMax, signal) => pinPrefix(deps, uri, objectsMax, signal),
    readInto: async (object, start, target, signal) =>
      reads === 'direct'
        ? direct.readInto(object, start, target, signal)
        : readBySdk(deps, object, start, target, signal),
    readDocument: async (uri, bytesMax, signal) => readDocumentObject(deps, uri, bytesMax, signal),
    writeDocument: async (uri, bytes, { ifAbsent = false }, signal) =>
      writeDocumentObject(deps, uri, bytes, ifAbsent, signal),
    createWriter: async (uri, signal) => createS3Writer(deps, uri, signal, bytesOfPart),
    occupantOf: async (uri, signal) => objectOccupant(deps, uri, signal),
    remove: async (uri, { over }, signal) => removeObject(deps, uri, over, signal),
    close: async () => direct.close(),
  }
}
