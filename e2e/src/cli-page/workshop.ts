import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { runCommandLine } from 'millrace/command-line'
import { startCli } from '../support/cli.ts'
import { cacheFolder, cliFolder } from '../support/cli-folder.ts'
import { flights } from '../support/flights.ts'
import { withoutProgress } from './mask.ts'
import type { ConsoleCommand } from './console-blocks.ts'

/** Where the commands of the page are run: a folder with the flights, and a whole system beside it. */
export interface Workshop extends AsyncDisposable {
  /** What the command wrote to the terminal, in the order in which it came. */
  run(command: Pick<ConsoleCommand, 'command' | 'where'>): Promise<string>
}

/** As it is told on the page. */
const HOME = '/home/you/flights'

export async function openWorkshop(): Promise<Workshop> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-page-'))
  const folder = join(root, 'flights')
  const bin = join(root, 'bin')
  await mkdir(folder)
  await mkdir(bin)
  await copyFile(flights.features, join(folder, 'features.csv'))
  await copyFile(flights.wide, join(folder, 'wide.csv'))
  await copyFile(flights.model, join(folder, 'model.json'))
  await copyFile(join(flights.model, '../labels.csv'), join(folder, 'labels.csv'))
  const program = `#!/bin/sh\nexec ${process.execPath} ${join(cliFolder, 'cli.js')} "$@"\n`
  await writeFile(join(bin, 'millrace'), program, { mode: 0o755 })
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: root,
    XDG_CACHE_HOME: cacheFolder,
  }
  const stack = await startStack(root, folder)
  return {
    async run({ command, where }) {
      const [, args] = HELP.exec(command) ?? []
      if (args !== undefined) return (await inThisProcess(args.split(' '))).trimEnd()
      const output = await runInShell(command, {
        cwd: folder,
        env: where === 'stack' ? { ...env, ...stack.env } : env,
      })
      return withoutProgress(output).replaceAll(folder, HOME).replaceAll(root, HOME).trimEnd()
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A help is asked for by every section, and a process for each would cost half of the time. */
const HELP = /^millrace ((?:[a-z]+ )*--help)$/

async function inThisProcess(args: readonly string[]): Promise<string> {
  const texts: string[] = []
  const write = (text: string): boolean => texts.push(text) > 0
  const terminal = { write, isTTY: false } as unknown as NodeJS.WriteStream
  const { signal } = new AbortController()
  await runCommandLine(args, {
    ...{ stdin: Readable.from([]), stdout: terminal, stderr: terminal, env: {} },
    ...{ stop: signal, abort: signal },
  })
  return texts.join('')
}

/** One file takes both outputs, so that lines stand in the order in which they were written. */
async function runInShell(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const path = join(options.cwd, '..', 'output')
  const file = await open(path, 'w')
  try {
    const shell = spawn('bash', ['-c', command], {
      ...options,
      stdio: ['ignore', file.fd, file.fd],
    })
    await once(shell, 'close')
  } finally {
    await file.close()
  }
  return await readFile(path, 'utf8')
}

/** `millrace dev`, with a message that nobody can process in its dead-letter queue. */
async function startStack(root: string, folder: string) {
  const args = ['--local-model', join(folder, 'model.json'), '--state', join(root, 'dev')]
  const running = startCli(['dev', ...args, '--local-latency', '20'], { cwd: root })
  const printed = await whatItPrints(running.child.stdout)
  const lines = [...printed.matchAll(/^export ([A-Z0-9_]+)=(.*)$/gm)]
  const env = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]))
  await publishNonsense(env)
  return { env, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
}

/** The environment ends with the place of the endpoint. */
async function whatItPrints(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const piece of stream) {
    text += String(piece)
    if (/AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=.*\n/.test(text)) return text
  }
  throw new Error(`millrace dev ended:\n${text}`)
}

async function publishNonsense(env: Readonly<Record<string, string>>): Promise<void> {
  const client = new SQSClient({
    region: env['AWS_REGION'] ?? '',
    endpoint: env['AWS_ENDPOINT_URL_SQS'] ?? '',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  })
  const QueueUrl = env['MILLRACE_JOBS_QUEUE_URL'] ?? ''
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'table ready' }))
  client.destroy()
}
