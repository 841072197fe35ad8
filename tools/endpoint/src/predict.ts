import { expf } from './expf.ts'
import type { XgboostModel } from './xgboost-model.ts'

/**
 * Scores rows, row-major, `model.features` values each, NaN for missing. The answers are XGBoost's
 * to the bit: the trees are added in their order, and every step is rounded to float32.
 */
export function predict(model: XgboostModel, matrix: Float32Array): Float32Array {
  const rows = matrix.length / model.features
  const scores = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    scores[row] = marginOfRow(model, matrix, row * model.features)
  }
  if (model.objective.endsWith('logistic')) {
    for (let row = 0; row < rows; row++) scores[row] = sigmoid(scores[row]!)
  }
  return scores
}

function marginOfRow(model: XgboostModel, matrix: Float32Array, offset: number): number {
  const { roots, splitFeature, value, below, notBelow, missing } = model
  let margin = model.marginBase
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!
    for (let feature = splitFeature[node]!; feature !== -1; feature = splitFeature[node]!) {
      const x = matrix[offset + feature]!
      if (x < value[node]!) node = below[node]!
      else node = x >= value[node]! ? notBelow[node]! : missing[node]!
    }
    margin = Math.fround(margin + value[node]!)
  }
  return margin
}

/** XGBoost's `common::Sigmoid`. */
function sigmoid(margin: number): number {
  return Math.fround(1 / Math.fround(expf(-margin) + 1))
}
