import {
  askedOf,
  ContractError,
  type JobRequest,
  jobRequestOf,
  type JobTemplate,
  objectsCreated,
  readJobRequest,
  requestFor,
} from '@millrace/job'

/**
 * The jobs that a message on the jobs queue asks for: one for a job request, one for each object of an S3
 * event, none for an event that is about no new object.
 *
 * @throws {ContractError} for what is neither, and `no_template` for an object that no template is for.
 */
export function requestsIn(body: string, templates: readonly JobTemplate[]): readonly JobRequest[] {
  const message = readJobRequest(body)
  const objects = objectsCreated(message)
  if (objects === undefined) return [{ ...jobRequestOf(message), asked: askedOf(message) }]
  return objects.map((object) => {
    const request = requestFor(templates, object)
    if (request !== undefined) return request
    throw new ContractError('no_template', `S3 event: no template is for ${object.uri}`)
  })
}
