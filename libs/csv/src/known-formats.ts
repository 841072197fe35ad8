/** What people take for a table and is no text, by the bytes that it begins with. */
export interface KnownFormat {
  readonly name: string
  /** How a table of text is made of it. */
  readonly hint: string
}

/** The format of an object, by its first bytes; nothing where they are none of these. */
export const knownFormat = (bytes: Uint8Array): KnownFormat | undefined =>
  FORMATS.find(({ isIn }) => isIn(bytes))

interface Format extends KnownFormat {
  readonly isIn: (bytes: Uint8Array) => boolean
}

/** With these bytes at that place; a text stands for its bytes. */
function holds(magic: string | readonly number[], at = 0): Format['isIn'] {
  const wanted = typeof magic === 'string' ? Buffer.from(magic, 'latin1') : magic
  return (bytes) => wanted.every((byte, index) => bytes[at + index] === byte)
}

/** A header may begin with the letters of a magic number: then no control characters are near. */
const holdsOfBinary =
  (magic: string): Format['isIn'] =>
  (bytes) =>
    holds(magic)(bytes) && bytes.subarray(0, 512).some(isControl)

/** Tabs and the ends of lines are text. */
const isControl = (byte: number): boolean => byte < 0x09 || (byte > 0x0d && byte < 0x20)

const PANDAS = (reader: string): string =>
  `export it as CSV first (pandas: ${reader}(…).to_csv("out.csv", index=False))`
const DUCKDB = `duckdb -c "COPY (FROM 'in.parquet') TO 'out.csv'"`

const FORMATS: readonly Format[] = [
  {
    name: 'gzip-compressed',
    isIn: holds([0x1f, 0x8b]),
    hint: 'pack all objects alike, and set dataset.compression to gzip',
  },
  {
    name: 'zstd-compressed',
    isIn: holds([0x28, 0xb5, 0x2f, 0xfd]),
    hint: 'pack all objects alike, and set dataset.compression to zstd',
  },
  {
    name: 'a zip archive or a spreadsheet',
    isIn: (bytes) => holds('PK\u0003\u0004')(bytes) || holds('PK\u0005\u0006')(bytes),
    hint: 'unpack it, or save the sheet as CSV in UTF-8',
  },
  {
    name: 'an Excel workbook (.xls)',
    isIn: holds([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    hint: 'save the sheet as CSV in UTF-8',
  },
  // The byte after the letters is Parquet's first page header.
  { name: 'Parquet', isIn: holds('PAR1\u0015'), hint: `export it as CSV first: ${DUCKDB}` },
  { name: 'encrypted Parquet', isIn: holdsOfBinary('PARE'), hint: 'export it as CSV first' },
  { name: 'ORC', isIn: holdsOfBinary('ORC'), hint: PANDAS('read_orc') },
  {
    name: 'Avro',
    isIn: holds('Obj\u0001'),
    hint: 'export it as JSON lines first: avro-tools tojson in.avro > out.jsonl',
  },
  {
    name: 'an Arrow or Feather file',
    isIn: (bytes) => holds('ARROW1\0')(bytes) || holds('FEA1\0')(bytes),
    hint: PANDAS('read_feather'),
  },
  {
    name: 'HDF5',
    isIn: holds([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
    hint: PANDAS('read_hdf'),
  },
  {
    name: 'a pickle of Python',
    isIn: ([first, protocol = 0]) => first === 0x80 && protocol >= 2 && protocol <= 5,
    hint: PANDAS('read_pickle'),
  },
  {
    name: 'a NumPy array',
    isIn: holds('\u0093NUMPY'),
    hint: 'export it as CSV first (numpy: savetxt("out.csv", load(…), delimiter=","))',
  },
  {
    name: 'a SQLite database',
    isIn: holds('SQLite format 3\0'),
    hint: 'export a table first: sqlite3 -header -csv in.db "SELECT * FROM t" > out.csv',
  },
  {
    name: 'a tar archive',
    isIn: holds('ustar', 257),
    hint: 'unpack it first: tar -xf; a folder of objects is a dataset, too',
  },
  {
    name: 'bzip2-compressed', // The digit says how large its blocks are.
    isIn: (bytes) => holds('BZh')(bytes) && holds([0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 4)(bytes),
    hint: 'bzip2 -d it first',
  },
  {
    name: 'xz-compressed',
    isIn: holds([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
    hint: 'xz -d it first',
  },
  { name: 'LZ4-compressed', isIn: holds([0x04, 0x22, 0x4d, 0x18]), hint: 'lz4 -d it first' },
  {
    name: 'a 7z archive',
    isIn: holds([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
    hint: 'unpack it first',
  },
  { name: 'a PDF', isIn: holds('%PDF-'), hint: 'export the table as CSV from where it was made' },
]
