/*
 * Adds lock entries for the optional dependencies of other platforms that the registry in use did not
 * serve. Without them `npm ci` of npm 11 refuses the lock file ("Missing … from lock file"). Run by
 * `npm run lock` after each change of dependencies.
 *
 * Each entry has the hash that the registry tells: one without would install whatever comes. Where there
 * is none the lock file stays as it was.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [path = join(import.meta.dirname, '../../../package-lock.json')] = process.argv.slice(2)
const lock = JSON.parse(readFileSync(path, 'utf8'))

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const processors = [
  'arm64',
  'x64',
  'ia32',
  'arm',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
]

const added = []
const unhashed = []
for (const [at, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(at, name)) continue
    const platform = platformOf(name)
    if (platform.os === undefined && platform.cpu === undefined) {
      console.error(`cannot tell the platform of ${name} ${range}`)
      process.exitCode = 1
      continue
    }
    const version = range.replace(/^[\^~]/, '')
    const integrity = integrityOf(`${name}@${version}`)
    if (integrity === undefined) unhashed.push(`${name}@${version}`)
    lock.packages[`node_modules/${name}`] = {
      version,
      integrity,
      ...(platform.cpu && { cpu: [platform.cpu] }),
      ...(entry.dev && { dev: true }),
      ...(platform.libc && { libc: [platform.libc] }),
      optional: true,
      ...(platform.os && { os: [platform.os] }),
    }
    added.push(`${name}@${version}`)
  }
}
if (unhashed.length > 0) {
  console.error(`lock: wanted a sha512 hash of ${unhashed.join(', ')}, the registry has none`)
  console.error('  ask another: npm_config_registry=https://registry.npmjs.org npm run lock')
  process.exit(1)
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
)
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`added ${added.length} entries${added.length > 0 ? `: ${added.join(', ')}` : ''}`)

/** True when Node's resolution from `at` upwards finds the package in the lock file. */
function isLocked(at, name) {
  for (
    let folder = at;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    if (lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true
    if (folder === '') return false
  }
}

/** Nothing where the registry does not know the package, or no such hash of it. */
function integrityOf(spec) {
  try {
    const answer = execFileSync('npm', ['view', spec, 'dist.integrity'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return /^sha512-\S+/.exec(answer)?.[0]
  } catch {
    return undefined
  }
}

/** What a package's name says about where it runs. */
function platformOf(name) {
  const last = name.split('/').pop().toLowerCase()
  const os =
    systems.find((system) => last.includes(system)) ??
    (last.includes('windows') ? 'win32' : undefined)
  const cpu =
    processors.find((processor) => new RegExp(`(^|[-_])${processor}([-_]|$)`).test(last)) ??
    (/armv7|arm-|gnueabihf|armhf/.test(last)
      ? 'arm'
      : /x86_64|amd64/.test(last)
        ? 'x64'
        : undefined)
  const libc = last.includes('musl')
    ? 'musl'
    : os === 'linux' && last.includes('gnu')
      ? 'glibc'
      : undefined
  return { os, cpu, libc }
}
