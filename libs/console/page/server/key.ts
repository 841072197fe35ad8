const NAME = 'millrace-console-key'

/** Whether the address is the one that the terminal has shown. */
export const bringsKey = (): boolean => location.hash.startsWith('#key=')

/**
 * The key that the address brings, or has brought to this tab before. It leaves the address at once: there it would
 * be seen over a shoulder and sent along with a link. The browser's history may keep it, for as long as it is worth
 * something: until the console ends.
 */
export function takeKey(): string | undefined {
  if (bringsKey()) {
    sessionStorage.setItem(NAME, location.hash.slice('#key='.length))
    history.replaceState(null, '', '#/')
  }
  return sessionStorage.getItem(NAME) ?? undefined
}

export const forgetKey = (): void => sessionStorage.removeItem(NAME)
