/**
 * A name as it stands in an answer that was read as Latin-1, byte for byte: `ä` is the two bytes that
 * UTF-8 has for it. What a setting names is compared with an answer so.
 */
export const asRead = (name: string): string => Buffer.from(name).toString('latin1')
