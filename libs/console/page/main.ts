import { h, render } from 'preact'
import { createApi } from './server/api.ts'
import { App } from './app.ts'
import { bringsKey, forgetKey, takeKey } from './server/key.ts'

/* The console page: shows what its server tells, and asks nobody else for anything. */

// An address with a key that is opened in a tab which shows the console already only changes its fragment.
addEventListener('hashchange', () => {
  if (!bringsKey()) return
  takeKey()
  location.reload()
})

const place = document.getElementById('page')
if (place !== null) {
  place.replaceChildren()
  render(h(App, { api: createApi(takeKey(), forgetKey) }), place)
}
