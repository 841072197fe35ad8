import manifest from '../../package.json' with { type: 'json' }

/** The version of Millrace: all its packages have the same. */
export const version: string = manifest.version
