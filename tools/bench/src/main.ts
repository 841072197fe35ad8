/** `npm run bench -- <name> …` runs the benchmark of that name: a file beside this one. What it is made of lies in a folder of its name. */
const [name = ''] = process.argv.slice(2)
if (!/^[a-z-]+$/u.test(name)) throw new Error('usage: npm run bench -- <name> [options]')
const benchmark: { readonly main?: () => Promise<void> } = await import(`./${name}.ts`)
await benchmark.main?.()
