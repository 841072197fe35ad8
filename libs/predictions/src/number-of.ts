/** A number as Python, Java or JavaScript write it, `nan` and `inf` among them; undefined for another text. */
export function numberOf(text: string): number | undefined {
  const value = Number(text)
  if (!Number.isNaN(value)) return DIGIT.test(text) || text.includes('Inf') ? value : undefined
  const word = WORD.exec(text.trim())
  if (word === null) return undefined
  return word[2] === undefined ? Number.NaN : Number(`${word[1]}Infinity`)
}

/** What `Number` takes for zero, such as a space, has none. */
const DIGIT = /\d/
const WORD = /^([-+]?)(?:nan|(inf(?:inity)?))$/i
