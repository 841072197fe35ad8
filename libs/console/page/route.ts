import { useEffect, useState } from 'preact/hooks'

/** What the page shows, as the fragment of its address says. */
export type Route =
  | { readonly kind: 'jobs' }
  | { readonly kind: 'job'; readonly jobId: string }
  | { readonly kind: 'letters' }

/** Whatever is no view of the page is its first one. */
export function routeOf(hash: string): Route {
  const jobId = /^#\/jobs\/([a-z0-9-]{1,64})$/.exec(hash)?.[1]
  if (jobId !== undefined) return { kind: 'job', jobId }
  return hash === '#/letters' ? { kind: 'letters' } : { kind: 'jobs' }
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const follow = (): void => {
      setHash(location.hash)
      // The browser knows of one page only: another view begins at its top, and what was in focus is gone.
      scrollTo(0, 0)
      document.querySelector('main')?.focus({ preventScroll: true })
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return routeOf(hash)
}
