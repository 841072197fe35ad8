/** A name as one word of a command that somebody is advised to type, whatever is in it. */
export const shellWord = (name: string): string =>
  /^[\w./:-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
