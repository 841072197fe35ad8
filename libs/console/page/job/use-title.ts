import { useEffect } from 'preact/hooks'

/** What the tab is called while the view is shown, before the name of the product. */
export function useTitle(text: string): void {
  useEffect(() => {
    document.title = `${text} · Millrace`
    return () => {
      document.title = 'Millrace'
    }
  }, [text])
}
