import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The user of distroless images. */
export const NONROOT = 65_532

/** A file system with Node, the libraries that it is linked to, and what `install` puts into it. */
export interface SealedRoot extends AsyncDisposable {
  /** Runs Node in it as an unprivileged user, who finds nothing else and can write nowhere. */
  command(args: readonly string[]): { readonly file: string; readonly args: readonly string[] }
}

/** Whether this process may make such a root: on Linux, as root, with the right to mount. */
export function canSeal(): boolean {
  return spawnSync('unshare', ['--mount', 'mount', '--bind', '/tmp', '/tmp']).status === 0
}

export async function sealRoot(install: (root: string) => Promise<void>): Promise<SealedRoot> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-root-'))
  await chmod(root, 0o755)
  const node = await realpath(process.execPath)
  await mkdir(join(root, 'nodejs/bin'), { recursive: true })
  await cp(node, join(root, 'nodejs/bin/node'))
  for (const library of librariesOf(node)) {
    await mkdir(join(root, dirname(library)), { recursive: true })
    await cp(library, join(root, library), { dereference: true })
  }
  await install(root)
  return {
    command: (args) => ({
      file: 'unshare',
      args: [
        ...['--mount', '--propagation', 'private', 'sh', '-c', SEAL],
        ...['seal', root, String(NONROOT), ...args],
      ],
    }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** Mounts the root read-only, for this process alone, and becomes Node in it. */
const SEAL = `set -e
root=$1 user=$2; shift 2
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
exec chroot --userspec="$user:$user" "$root" /nodejs/bin/node "$@"`

/** As the dynamic linker finds them. */
function librariesOf(program: string): string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? [])
}
