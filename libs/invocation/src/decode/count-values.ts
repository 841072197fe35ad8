/**
 * Values of one answer. Each becomes an object of fifty bytes, empty lists and objects several times that, so that
 * 32 MiB of them were two gigabytes. Wide rows of 25 MB, the largest answer that SageMaker passes on, have three million.
 */
export const VALUES_MAX = 4 * 1024 * 1024

/** By the bytes that begin or part values in JSON and in lines; those within texts count too. */
export function holdsTooManyValues(body: Uint8Array): boolean {
  if (body.length <= VALUES_MAX) return false
  let values = 0
  for (let at = 0; at < body.length && values <= VALUES_MAX; at++) {
    values += BEGINS[body[at] ?? 0] ?? 0
  }
  return values > VALUES_MAX
}

const BEGINS = new Uint8Array(256)
for (const char of ',:[{\n') BEGINS[char.charCodeAt(0)] = 1
