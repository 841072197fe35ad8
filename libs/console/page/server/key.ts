const NAME = 'millrace-console-key'

/** Whether the address is the one that the terminal has shown. */
export const bringsKey = (): boolean => location.hash.startsWith('#key=')

/**
 * The key that the address brings, or has brought to this tab before. It leaves the address at once: there it would
 * be seen over a shoulder, kept in the history, and sent along with a link.
 */
export function takeKey(): string | undefined {
  if (bringsKey()) {
    sessionStorage.setItem(NAME, location.hash.slice('#key='.length))
    history.replaceState(null, '', '#/')
  }
  return sessionStorage.getItem(NAME) ?? undefined
}

export const forgetKey = (): void => sessionStorage.removeItem(NAME)
