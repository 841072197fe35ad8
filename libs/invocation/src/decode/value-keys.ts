/** The names under which containers put the value of one row, the likeliest first. */
export const valueKeys: readonly string[] = [
  'score',
  'probability',
  'prob',
  'projection',
  'prediction',
  'predicted_label',
  'closest_cluster',
]
