/** A failure as the AWS SDK throws it. */
export interface ServiceFailure extends Error {
  readonly $metadata: { readonly httpStatusCode: number }
}

/** An error of a service, by the name that the SDK gives it. */
export function serviceError(
  name: string,
  status: number,
  message: string,
  facts: object = {},
): ServiceFailure {
  return Object.assign(new Error(message), {
    name,
    $metadata: { httpStatusCode: status },
    ...facts,
  })
}
