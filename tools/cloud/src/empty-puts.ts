import type { buildApp } from 'fauxqs'

/**
 * fauxqs takes the body of a PUT for bytes and answers 500 to one without, such as the object `_SUCCESS`
 * that says that a folder is complete. S3 stores an object of no bytes.
 */
export function takeEmptyPuts(app: ReturnType<typeof buildApp>): void {
  app.addHook('preHandler', async (request) => {
    if (request.method === 'PUT') request.body ??= Buffer.alloc(0)
  })
}
