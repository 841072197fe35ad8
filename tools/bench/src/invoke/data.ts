/** An invocation of 100 rows in 24 KB, and the endpoint that it is for. */
export const ROWS = 100
export const row = `${Array.from({ length: 30 }, (_, column) => (column * 1.37).toFixed(5)).join(',')}\n`
/** The table has so many batches of rows, which the plan names again and again: 24 MB. */
export const BATCHES_IN_TABLE = 1_000
export const tableUri = 's3://bucket/data.csv'
export const body = Buffer.from(row.repeat(ROWS))
export const endpoint = {
  name: 'bench',
  contentType: 'text/csv',
  accept: 'text/csv',
  response: 'auto',
}
export const region = 'us-east-1'
export const credentials = { accessKeyId: 'AKIDBENCH', secretAccessKey: 'bench' }
export const never = new AbortController().signal
