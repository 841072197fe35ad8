import { asSaid } from './as-read.ts'
import { type JsonNode } from './json-text.ts'
import { isNumberText } from './number-lines.ts'
import { valueKeys } from './value-keys.ts'

/**
 * What `auto` has taken where the answer has something else of which the number speaks: that of `NEGATIVE` with 0.999 is
 * the confidence in the label, and no probability of one class; so may be that of `"prediction": 0`. By the first row.
 */
export interface Choice {
  /** `label`: a text or a whole number, which is a class, stands beside the number. `classes`: a number stands beside it for each of three classes or more. */
  readonly kind: 'label' | 'classes'
  /** Settings of `endpoint.response` that say the one or the other; absent where none leads there, or no label is. */
  readonly number?: string
  readonly label?: string
}

/** Names of what belongs to a label: `predictedLabel`, `predicted_species`, `class_name`, H2O's `predict`. */
const OF_LABEL = /label|class|categor|predict|target|^y$/i
/** What has such a name and tells which row, model or moment it is, and so leaves no doubt about the number beside it. */
const OF_ROW = [
  /predictor|_(ids?|uuid|key|date|time|timestamp|at|on)$/i,
  /[a-z](Ids?|Uuid|Key|Date|Time|Timestamp|At|On)$/,
]

const isLabel = (name: string): boolean =>
  OF_LABEL.test(name) && !OF_ROW.some((pattern) => pattern.test(name))

/** Names of a class that is a number. What an answer has besides is no reason to refuse it, so they are few. */
const OF_CLASS = /^(?:prediction|predicted?|(?:predicted|pred)?_?(?:label|class)|y_pred)$/i
const WHOLE = /^\s*\d{1,9}(?:\.0*)?\s*$/

/** Beside its `predicted_label` the `score` of SageMaker's Linear Learner is that of class 1. */
const isClass = (name: string, value: string, taken: string): boolean =>
  OF_CLASS.test(name) && WHOLE.test(value) && !(name === 'predicted_label' && taken === 'score')

/** @param path of the row in a setting: `predictions[]`, or empty where it is the answer. */
export function choiceInObject(
  text: string,
  row: JsonNode | undefined,
  path: string,
): Choice | undefined {
  if (row?.kind !== 'object') return undefined
  const taken = valueKeys.find((key) => row.entries.has(key))
  if (taken === undefined) return undefined
  const others = [...row.entries].filter(([key]) => key !== taken)
  const [label] =
    others.find(([key, node]) => isLabel(key) && isText(text, node)) ??
    others.find(([key, { start, end }]) => isClass(key, text.slice(start, end), taken)) ??
    []
  if (label === undefined) return undefined
  const settingOf = (key: string): string => `json:${path === '' ? '' : `${path}.`}${asSaid(key)}`
  return {
    kind: 'label',
    number: settingOf(taken),
    // A path is parted at dots and brackets: to a key that has one leads none.
    ...(!/[.[\]]/.test(label) && { label: settingOf(label) }),
  }
}

/** `"yes"`, or `["yes"]` of BlazingText. */
function isText(text: string, node: JsonNode): boolean {
  if (node.kind === 'list')
    return node.items.length > 0 && node.items.every((item) => isText(text, item))
  return node.kind === 'scalar' && text[node.start] === '"'
}

/**
 * Of a table whose columns are named: pandas writes the label first, where there is one, and then the probabilities of
 * the classes. Of two classes the last is the one that is meant.
 *
 * @param cells the first row, as many as names.
 * @param isNamed the column was taken for its name, and not because it is the last.
 */
export function choiceInTable(
  names: readonly string[],
  cells: readonly string[],
  taken: number,
  isNamed: boolean,
): Choice | undefined {
  const ofText = names.findIndex(
    (name, column) => column !== taken && isLabel(name) && !isNumber(cells[column]),
  )
  const ofNumber = names.findIndex(
    (name, column) => column !== taken && isClass(name, cells[column] ?? '', names[taken] ?? ''),
  )
  const label = ofText !== -1 || !isNamed ? ofText : ofNumber
  const classes = countClasses(names, cells)
  const kind = !isNamed && classes > 2 ? 'classes' : 'label'
  if (kind === 'label' && (label === -1 || (!isNamed && classes > 1))) return undefined
  const settingOf = (column: number): string =>
    `csv:${/^\d*$/.test(names[column] ?? '') ? column : asSaid(names[column] ?? '')}`
  return { kind, number: settingOf(taken), ...(label !== -1 && { label: settingOf(label) }) }
}

/** AutoGluon names them `no_proba`, `yes_proba`. */
function countClasses(names: readonly string[], cells: readonly string[]): number {
  const named = names.filter((name) => name.endsWith('_proba')).length
  return named || names.filter((name, at) => isNumber(cells[at]) && !OF_LABEL.test(name)).length
}

const isNumber = (cell = ''): boolean => isNumberText(cell.trim())
