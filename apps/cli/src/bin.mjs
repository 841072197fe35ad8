#!/usr/bin/env -S node --max-semi-space-size=2
// The command in this folder runs from its sources, which an older Node.js cannot read.
if (process.features.typescript) {
  await import('./main.ts')
} else {
  process.stderr.write(
    `millrace: this is Node.js ${process.versions.node}, which does not read TypeScript; \`npx millrace\` takes the one that \`npm ci\` installed\n`,
  )
  process.exitCode = 2
}
