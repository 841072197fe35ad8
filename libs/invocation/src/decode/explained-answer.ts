import { type JsonNode, JsonTextError, parseJsonText } from './json-text.ts'
import type { ResponseSetting } from './response-setting.ts'

export interface Answer {
  readonly body: Buffer
  readonly contentType: string
}

/**
 * What the model has answered, out of the answer of an endpoint that explains its predictions:
 * `{"version":"1.0","predictions":{"content_type":"text/csv","data":"0.3\n0.6"},"explanations":{…}}`, in which `data` is
 * the payload of the model's container. Any other answer, and one whose explanations are what is wanted, as it is.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-online-explainability-invoke-endpoint.html
 */
export function answerOfModel(answer: Answer, setting: ResponseSetting): Answer {
  if (!MEMBERS.every((member) => answer.body.includes(member)) || wantsExplanations(setting)) {
    return answer
  }
  const text = answer.body.toString('latin1')
  const predictions = member(parsed(text), 'predictions')
  const contentType = textOf(text, member(predictions, 'content_type'))
  const data = textOf(text, member(predictions, 'data'))
  if (contentType === undefined || data === undefined) return answer
  return { contentType, body: Buffer.from(data) }
}

/** Looked for first: nearly no answer has them, and all would be read twice. */
const MEMBERS = ['"explanations"', '"content_type"']

function wantsExplanations(setting: ResponseSetting): boolean {
  const [step] = setting.kind === 'json' ? setting.path : []
  return step?.kind === 'key' && step.key === 'explanations'
}

/** Nothing where it is no JSON: that is told by who reads the answer as it is. */
function parsed(text: string): JsonNode | undefined {
  try {
    return parseJsonText(text)
  } catch (error) {
    if (error instanceof JsonTextError) return undefined
    throw error
  }
}

const member = (node: JsonNode | undefined, key: string): JsonNode | undefined =>
  node?.kind === 'object' ? node.entries.get(key) : undefined

function textOf(text: string, node: JsonNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || text[node.start] !== '"') return undefined
  try {
    return JSON.parse(Buffer.from(text.slice(node.start, node.end), 'latin1').toString()) as string
  } catch {
    return undefined // An escape that JSON has not.
  }
}
