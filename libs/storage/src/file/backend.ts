import type { Backend } from '../backend.ts'
import { placeOf } from '../uri.ts'
import { readDocumentFile, removeFile, writeDocumentFile } from './document.ts'
import { createFillSmall } from './fill-small.ts'
import { fileOccupant } from './occupant.ts'
import { createOpenFiles } from './open-files.ts'
import { pinFile, pinFolder } from './pin.ts'
import { readFileInto } from './read.ts'
import { streamByReaders } from './stream-by-readers.ts'
import { createFileWriter } from './writer.ts'

const OPEN_FILES_MAX = 64

/** Storage in folders. */
export function createFileBackend(): Backend {
  const files = createOpenFiles(OPEN_FILES_MAX)
  const fill = createFillSmall(() => performance.now())
  return {
    streaming: { pieceBytes: 1024 * 1024, inFlight: 4 },
    pinOne: async (uri) => pinFile(pathOf(uri)),
    list: async (uri, objectsMax, signal) => pinFolder(pathOf(uri), objectsMax, signal),
    readInto: async (object, start, target, signal) =>
      readFileInto({ files, fill }, object, pathOf(object.uri), start, target, signal),
    streamBy: (readers, object, range, signal) =>
      streamByReaders({ files, readers }, object, pathOf(object.uri), range, signal),
    readDocument: async (uri, bytesMax) => readDocumentFile(pathOf(uri), bytesMax),
    writeDocument: async (uri, bytes, { ifAbsent = false }) =>
      writeDocumentFile(pathOf(uri), bytes, ifAbsent),
    createWriter: async (uri, signal) => createFileWriter(pathOf(uri), signal),
    occupantOf: async (uri) => fileOccupant(pathOf(uri)),
    remove: async (uri, { over }) => removeFile(pathOf(uri), over),
    close: async () => files.close(),
  }
}

function pathOf(uri: string): string {
  const place = placeOf(uri)
  if (place.kind !== 'file') throw new Error(`not a file: ${uri}`)
  return place.path
}
