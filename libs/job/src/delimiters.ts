/** What usually stands between the columns of a table where a comma does not, the likeliest first. */
export const OTHER_DELIMITERS: readonly string[] = [';', '\t', '|']
