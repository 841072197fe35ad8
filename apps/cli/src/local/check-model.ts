import { CliError } from '../cli-error.ts'
import { checkInput, type InputFile } from '../dataset/check-input.ts'

/**
 * Reads a model before the endpoint that is to serve it is started: what that would say is in a log.
 *
 * @throws {CliError} when it is missing, or none that can be served.
 */
export async function checkModel(file: string): Promise<InputFile> {
  const input = await checkInput(file, 'an XGBoost model')
  const { EndpointError, loadXgboostModel } = await import('@millrace/endpoint')
  try {
    loadXgboostModel(input.path)
    return input
  } catch (cause) {
    if (!(cause instanceof EndpointError)) throw cause
    throw new CliError(cause.message, {
      hint: "wanted a model that XGBoost saved as JSON: booster.save_model('model.json')",
      cause,
    })
  }
}
