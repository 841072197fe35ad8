import { decodeUriList } from '@millrace/job'
import { z } from 'zod'

/** Nothing at all below a scheme is everything that it has. */
const prefix = z
  .string()
  .regex(/^(s3:\/\/([^/]+\/.*)?|file:\/\/(\/.*)?)$/s, 'wanted s3://bucket/… or file:///…')

/** URI prefixes, separated by commas. One that no dataset and no result can lie below is refused. */
export const uriList = z
  .string()
  .transform((text) => [...decodeUriList(text)])
  .pipe(z.array(prefix))
