import type { JobId } from '@millrace/job'
import type { Context } from 'hono'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'

/** The verbs take the beginning of a name, too; a page knows the whole one, and no other job is to be meant. */
export const wholeJobName = z.custom<JobId>(
  (name) => typeof name === 'string' && /^j-[0-9a-f]{20}$/.test(name),
  'wanted the whole name of a job',
)

/** @throws {CliError} when the path names none. */
export const jobNamed = ({ req }: Context): JobId => wanted(req.param('job'), wholeJobName)

/** @throws {CliError} when the body is not what is wanted. */
export async function wantedBody<Schema extends z.ZodType>(
  { req }: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const body: unknown = await req.json().catch(() => undefined)
  return wanted(body, schema)
}

/** @throws {CliError} when the query is not what is wanted. */
export const wantedQuery = <Schema extends z.ZodType>(
  { req }: Context,
  schema: Schema,
): z.infer<Schema> => wanted(req.query(), schema)

function wanted<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const issues = read.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new CliError(issues.join('; '))
}
