import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { plainBetween } from './best-threshold.ts'
import { createLabelledScores, LABELLED_ROWS_MAX } from './labelled-scores.ts'
import { createMulticlassCounts } from './multiclass-quality.ts'
import { createRegressionSums } from './regression-quality.ts'
import { flights } from './flights.fixture.ts'
import { seeded } from './seeded.fixture.ts'

/*
 * Every measure of the report against scikit-learn's, of Debian's python3. The two sum in different
 * orders, so the last digits differ; 1e-9 is what the report promises.
 */

const PYTHON = '/usr/bin/python3'
const hasSklearn = canImportSklearn()
if (!hasSklearn) console.log('skipped: /usr/bin/python3 has no scikit-learn (python3-sklearn)')

function canImportSklearn(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import sklearn'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const askPython = (program: string, input: unknown): unknown =>
  JSON.parse(
    execFileSync(PYTHON, ['-c', program], {
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    }),
  )

const BINARY = `
import json, sys
import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve
answers = []
for case in json.load(sys.stdin):
    s, y, t = np.array(case["scores"]), np.array(case["labels"]), case["threshold"]
    precision, recall, _ = metrics.precision_recall_curve(y, s)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    fpr, tpr, _ = metrics.roc_curve(y, s, drop_intermediate=False)
    P, N = y.sum(), (1 - y).sum()
    costs = fpr * N * case["costs"]["falsePositive"] + (1 - tpr) * P * case["costs"]["falseNegative"]
    tn, fp, fn, tp = metrics.confusion_matrix(y, s > t).ravel()
    answer = {
        "rocAuc": metrics.roc_auc_score(y, s),
        "averagePrecision": metrics.average_precision_score(y, s),
        "bestF1": f1.max(), "leastCost": costs.min(),
        "confusion": [int(tn), int(fp), int(fn), int(tp)],
        "f1AtBest": metrics.f1_score(y, s > case["bestF1"]),
    }
    if s.min() >= 0 and s.max() <= 1:
        true, predicted = calibration_curve(y, s, n_bins=10)
        answer |= {
            "brier": metrics.brier_score_loss(y, s), "logLoss": metrics.log_loss(y, s),
            "calibration": [list(true), list(predicted)],
        }
    answers.append(answer)
json.dump(answers, sys.stdout)
`

const random = seeded(20_261_125)

interface Case {
  readonly name: string
  readonly scores: readonly number[]
  readonly labels: readonly number[]
  readonly threshold: number
}

function made(name: string, rows: number, score: () => number, threshold = 0.5): Case {
  const scores = Array.from({ length: rows }, score)
  const labels = scores.map((value) => (random() < 0.2 + 0.6 * value ? 1 : 0))
  return { name, scores, labels, threshold }
}

const cases: readonly Case[] = [
  {
    name: 'the flights',
    ...flights,
    threshold: 0.5,
  },
  made('probabilities', 20_000, random),
  made('float32 probabilities', 5_000, () => Math.fround(random())),
  made('many ties', 5_000, () => Math.round(random() * 8) / 8, 0.25),
  made('the edges of the bins', 5_000, () => 0.1 * Math.round(random() * 10)),
  made('tenths as they are written', 5_000, () => Math.round(random() * 10) / 10, 0.3),
  made('zeros and ones', 1_000, () => Math.round(random())),
  made('all the same', 100, () => 0.7, 0.7),
  made('margins', 5_000, () => random() * 12 - 6, 0),
  made('very small ones', 5_000, () => random() ** 30),
  { name: 'perfect', scores: [0.1, 0.2, 0.8, 0.9], labels: [0, 0, 1, 1], threshold: 0.5 },
  { name: 'upside down', scores: [0.9, 0.8, 0.2, 0.1], labels: [0, 0, 1, 1], threshold: 0.5 },
  { name: 'two rows', scores: [0.3, 0.3], labels: [0, 1], threshold: 0.3 },
]
const costs = { falsePositive: 1, falseNegative: 3 }

function ours({ scores, labels, threshold }: Case) {
  const labelled = createLabelledScores(scores.length)
  scores.forEach((score, row) => labelled.add(score, labels[row] === 1))
  return labelled.finish(threshold, costs)
}

describe.skipIf(!hasSklearn)('beside scikit-learn', () => {
  test('every measure of two classes is the same to 1e-9', () => {
    const found = cases.map((one) => ours(one))
    const asked = cases.map((one, at) => ({
      ...one,
      scores: [...one.scores],
      costs,
      bestF1: found[at]?.quality.best.f1.threshold,
    }))
    const answers = askPython(BINARY, asked) as Record<string, unknown>[]

    const differing = found.flatMap(({ grid, quality }, at) => {
      const at0 = grid.edges.indexOf(cases[at]?.threshold ?? 0)
      const [tp, fp] = [quality.truePositives[at0] ?? 0, quality.falsePositives[at0] ?? 0]
      const bins = quality.calibration
      const mine = {
        rocAuc: quality.rocAuc,
        averagePrecision: quality.averagePrecision,
        bestF1: quality.best.f1.value,
        leastCost: quality.best.cost.value,
        f1AtBest: quality.best.f1.value,
        confusion: [quality.negatives - fp, fp, quality.positives - tp, tp],
        ...(bins === undefined
          ? {}
          : {
              brier: quality.brier,
              logLoss: quality.logLoss,
              calibration: [bins.map((bin) => bin.positives), bins.map((bin) => bin.meanScore)],
            }),
      }
      return differences(mine, answers[at], `${cases[at]?.name}`)
    })
    expect(answers).toHaveLength(cases.length)
    expect(differing).toEqual([])
  })

  test('every measure of several classes is the same to 1e-9', () => {
    const labels = Array.from({ length: 4_000 }, () => `class ${Math.floor(random() * 5)}`)
    const predicted = labels.map((label) =>
      random() < 0.7 ? label : `class ${Math.floor(random() * 6)}`,
    )
    const counts = createMulticlassCounts()
    predicted.forEach((label, row) => counts.add(label, labels[row]))
    const { accuracy, macroF1, classes, confusion } = counts.finish()
    const mine = {
      accuracy,
      macroF1,
      confusion,
      classes: ['precision', 'recall', 'f1'].map((key) => classes.map((one) => one[key as 'f1'])),
    }
    const program = `
import json, sys
from sklearn import metrics
y, p = json.load(sys.stdin)
precision, recall, f1, _ = metrics.precision_recall_fscore_support(y, p, zero_division=0)
json.dump({"accuracy": metrics.accuracy_score(y, p), "macroF1": f1.mean(),
  "confusion": metrics.confusion_matrix(y, p).tolist(), "classes": [list(precision), list(recall), list(f1)]}, sys.stdout)
`
    expect(differences(mine, askPython(program, [labels, predicted]), 'classes')).toEqual([])
  })

  test('every measure of a regression is the same to 1e-9', () => {
    const labels = Array.from({ length: 4_000 }, () => 1e6 + random() * 10)
    const scores = labels.map((label) => label + random() - 0.4)
    const sums = createRegressionSums()
    scores.forEach((score, row) => sums.add(score, labels[row]))
    const { meanAbsoluteError, rootMeanSquaredError, r2 } = sums.finish()
    const program = `
import json, sys
from sklearn import metrics
y, p = json.load(sys.stdin)
json.dump({"meanAbsoluteError": metrics.mean_absolute_error(y, p),
  "rootMeanSquaredError": metrics.mean_squared_error(y, p) ** 0.5, "r2": metrics.r2_score(y, p)}, sys.stdout)
`
    const mine = { meanAbsoluteError, rootMeanSquaredError, r2 }
    expect(differences(mine, askPython(program, [labels, scores]), 'regression')).toEqual([])
  })
})

/** Where two answers differ by more than 1e-9, or one of them has nothing. */
function differences(mine: unknown, theirs: unknown, path: string): string[] {
  if (typeof theirs === 'number') {
    const isNear = Math.abs((mine as number) - theirs) < 1e-9
    return isNear ? [] : [`${path}: ${String(mine)} and ${theirs}`]
  }
  const [left, right] = [mine as Record<string, unknown>, theirs as Record<string, unknown>]
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...keys].flatMap((key) =>
    key in left && key in right
      ? differences(left[key], right[key], `${path} ${key}`)
      : [`${path} ${key}: is missing`],
  )
}

test('without a row that has both, there is nothing to measure', () => {
  const classes = createMulticlassCounts()
  classes.add('cat', undefined)
  classes.add(undefined, 'dog')
  expect(() => classes.finish()).toThrow(/no_scores/)
  const numbers = createRegressionSums()
  numbers.add(0.5, undefined)
  numbers.add(Number.NaN, 1)
  expect(() => numbers.finish()).toThrow(/no_scores/)
})

describe('labelled scores', () => {
  test('count rows that lack a label or a score', () => {
    const labelled = createLabelledScores(6)
    const rows: [number, boolean | undefined][] = [
      [0.9, true],
      [0.1, false],
      [0.8, undefined],
      [Number.NaN, true],
      [Number.NaN, undefined],
      [0.4, undefined],
    ]
    for (const [score, positive] of rows) labelled.add(score, positive)
    const { grid, quality } = labelled.finish(0.5, costs)

    expect(quality).toMatchObject({ positives: 1, negatives: 1, withoutLabel: 2, withoutScore: 1 })
    expect(grid.above[grid.edges.indexOf(0.5)]).toBe(2)
  })

  test('of one class only, say so', () => {
    const labelled = createLabelledScores(2)
    labelled.add(0.4, false)
    labelled.add(0.6, false)
    expect(() => labelled.finish(0.5, costs)).toThrow(
      /one_class_only \(0 rows with the positive label, 2/,
    )
  })

  test('above their bound, are refused before memory is taken', () => {
    expect(() => createLabelledScores(LABELLED_ROWS_MAX + 1)).toThrow(/too_many_rows/)
  })

  test('give curves that begin and end at their corners and are few points', () => {
    const { quality } = ours(made('many', 50_000, random))
    expect(quality.roc[0]).toEqual([0, 0])
    expect(quality.roc.at(-1)).toEqual([1, 1])
    expect(quality.precisionRecall.at(-1)?.[0]).toBe(1)
    expect(quality.roc.length).toBeLessThan(900)
    expect(quality.precisionRecall.length).toBeLessThan(2_000)
  })
})

test.for([
  [0.2, 0.3, 0.3 - 0.1],
  [0.512345, 0.512399, 0.51237],
  [0.1, 0.9, 0.5],
  [-Infinity, 0.2, 0],
  [0.9, Infinity, 0.9],
  [3, 17, 10],
] as const)('the plainest number from %d up to %d decides the same way', ([low, high, near]) => {
  const number = plainBetween(low, high)
  expect(number).toBeGreaterThanOrEqual(low)
  expect(number).toBeLessThan(high)
  expect(Math.abs(number - near)).toBeLessThan(0.5)
})
