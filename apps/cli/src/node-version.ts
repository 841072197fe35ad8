/** The oldest Node.js that the published package runs on, as its `engines` say. */
const OLDEST = [22, 15] as const

/** What is wrong with a version of Node.js, in a sentence; nothing when it will do. */
export function oldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  return isOld ? `${version}, wanted ${OLDEST.join('.')} or newer` : undefined
}
