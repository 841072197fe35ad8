import type { InvocationError } from '../invoke/invocation-error.ts'

/**
 * Why an endpoint could not be invoked, whatever the rows are, as a sentence that says what to look at.
 *
 * @param region that it was asked for in.
 * @returns nothing for an error that may be about the rows.
 */
export function explainUninvoked(error: InvocationError, region: string): string | undefined {
  const { code, endpoint: name, words, hint = '' } = error
  const says = words === '' ? '' : ` (${words})`
  switch (code) {
    case 'endpoint_not_found':
      return /^variant\b/i.test(words)
        ? `${name} has no such variant: check endpoint.variant${says}.`
        : `There is no endpoint ${name} in ${region} for this account: check endpoint.name and the region${says}.`
    case 'access_denied':
      return `The credentials may not invoke ${name} in ${region}: allow sagemaker:InvokeEndpoint on it${says}.`
    case 'credentials_missing':
    case 'credentials_expired':
      return `There are no valid AWS credentials: ${hint}${says}.`
    case 'endpoint_unreachable':
    case 'connection_failed':
      return /ENOTFOUND|EAI_/.test(error.message)
        ? `The host of the endpoint is not known: check the region ${region} and the endpoint URL${says}.`
        : `The connection to ${name} failed: check the endpoint URL, the network and the proxy${says}.`
    case 'tls_refused':
      return `The TLS connection to ${name} was refused: ${hint}${says}.`
    case 'clock_skewed':
      return `AWS takes no request that is signed at another time than its own: ${hint}${says}.`
    case 'model_not_ready':
      return `The model of ${name} is not ready; ${hint}${says}.`
    case 'worker_unavailable':
      return `No worker of the model server of ${name} has taken the rows; ${hint}${says}.`
    case 'request_refused':
      return explainRequest(name, words)
    default:
      return undefined
  }
}

/** SageMaker has no name of its own for any of these: its words tell what it wants. */
const explainRequest = (name: string, words: string): string =>
  /inference component name/i.test(words)
    ? `${name} hosts inference components: name the one to invoke as endpoint.inferenceComponent (${words}).`
    : `${name} refused the request: ${unended(words)}.`

/** Whoever quotes it ends the sentence. */
export const unended = (words: string): string => words.replace(/\.$/, '')
