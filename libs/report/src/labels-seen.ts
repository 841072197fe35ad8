/** What labels there were beside the scores of two classes. */
export interface LabelsSeen {
  /** The one that stands for the second class. */
  readonly positive: string
  /** The first different ones, in the order in which they came: one more than is shown, when there are that many. */
  readonly first: readonly string[]
}

const SHOWN_MAX = 5
const CHARS_MAX = 40

/** Notes the first different labels of the rows. */
export function createLabelsSeen(positive: string) {
  const first = new Set<string>()
  return {
    add(label: string): void {
      if (first.size <= SHOWN_MAX) first.add(label)
    },
    seen: (): LabelsSeen => ({ positive, first: [...first] }),
  }
}

/** `0, 1, 17, …`: the first few. */
export function labelsText({ first }: LabelsSeen): string {
  const shown = first.slice(0, SHOWN_MAX).map(shortened)
  return [...shown, ...(first.length > SHOWN_MAX ? ['…'] : [])].join(', ')
}

/** What is to be doubted of labels that are no two classes; nothing of those that are. */
export function labelsDoubt(seen: LabelsSeen): string | undefined {
  if (seen.first.length <= 2) return undefined
  const values = `the labels have more than two different values (${labelsText(seen)})`
  return `${values}: rows of all but ${shortened(seen.positive)} are taken for one class`
}

const shortened = (label: string): string =>
  label.length > CHARS_MAX ? `${label.slice(0, CHARS_MAX)}…` : label
