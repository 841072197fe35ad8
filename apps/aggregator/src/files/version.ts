import packageJson from '../../package.json' with { type: 'json' }

/** The version of Millrace, the same in all its packages. */
export const millraceVersion: string = packageJson.version
