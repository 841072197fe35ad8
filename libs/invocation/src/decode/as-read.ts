/**
 * A name as it stands in an answer that was read as Latin-1, byte for byte: `ä` is the two bytes that
 * UTF-8 has for it. What a setting names is compared with an answer so.
 */
export const asRead = (name: string): string => Buffer.from(name).toString('latin1')

/** What was read so, as it was said: for whoever reads a message. */
export const asSaid = (text: string): string => Buffer.from(text, 'latin1').toString()
