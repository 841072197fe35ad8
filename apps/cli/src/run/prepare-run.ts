import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { check, deadlineFrom, type JobSpec, jobSpecSchema } from '@millrace/job'
import { TABLE } from '../arguments.ts'
import { CliError } from '../cli-error.ts'
import { withLooks } from '../dataset/by-name.ts'
import { checkModel } from '../local/check-model.ts'
import { checkCredentials } from '../local/credentials.ts'
import { addressOf, type EndpointAddress } from '../local/endpoint-address.ts'
import { endpointPlace } from '../local/endpoint-place.ts'
import { type EndpointPlace, LOCAL_ENDPOINT } from '../local/start-apps.ts'
import { makeStateFolder, nameStateFolder, type StateFolder } from '../local/state-folder.ts'
import { refuseIdle } from '../spec/idle-options.ts'
import { endingOf } from '../spec/format-by-name.ts'
import { readSpec, uriOf } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import { regionOf } from '../system/region.ts'
import { stateOption } from '../system/which-system.ts'
import { notesIn, placeOf } from '../temporary/notes.ts'
import { nameTemporary, type TemporaryEndpoint } from '../temporary/temporary-endpoint.ts'
import {
  findModel,
  type FoundModel,
  servedBy,
  type TemporaryWanted,
  temporaryWanted,
} from '../temporary/temporary-wanted.ts'
import type { World } from '../world.ts'
import type { InputFile } from '../dataset/check-input.ts'
import { checkApart, checkOutput, checkTarget, defaultOut } from '../dataset/check-output.ts'
import { keepResults, keepUnvouched } from '../dataset/keep-results.ts'
import { type Disk, disksOf, refuseFull, spaceWanted } from './disk-space.ts'
import { checkHead, findDataset } from './find-dataset.ts'
import type { RunOptions } from './run-options.ts'

/** Everything that a run needs to know, checked; nothing has been started, and nothing removed. */
export interface PreparedRun {
  /** Without its deadline: the same run with another one is no other job. */
  readonly spec: JobSpec
  /** Counted from this command, in seconds since the epoch. */
  readonly deadline: number | undefined
  readonly input: InputFile
  /** Where the objects lie that a manifest names. */
  readonly named: readonly string[]
  readonly state: StateFolder
  /** The result's path. For `--out -` it lies in the state and is copied at the end. */
  readonly resultPath: string
  readonly toStdout: boolean
  /** What a verb needs beside the job's name to find its state. */
  readonly stateOption: string
  /** Those that it writes to. */
  readonly disks: readonly Disk[]
  readonly endpoint: EndpointPlace
  readonly address: EndpointAddress
  /** The endpoint that is to be made for it. */
  readonly temporary: TemporaryEndpoint | undefined
  /** Where is noted what was made and may still stand. */
  readonly endpointNotes: string
  /** Of the endpoint and of S3. */
  readonly region: string
}

export async function prepareRun(
  options: RunOptions,
  { stdin, env }: Pick<World, 'stdin' | 'env'>,
  signal: AbortSignal,
): Promise<PreparedRun> {
  const wanted = await readSpec(options.file, options.spec)
  refuseFiles(wanted)
  const data = dataOf(options, wanted)
  const typed = pathOf(options.out) ?? pathOf(wanted.output?.uri)
  const out = typed ?? defaultOut(data, wanted.output ?? {})
  const toStdout = out === '-'
  refuseUri(out)
  const stateRoot = resolve(options.state ?? join(dirname(out), '.millrace'))
  const model = options.localModel === undefined ? undefined : await checkModel(options.localModel)
  const toMake = temporaryWanted(options)
  const endpointName = endpointNameOf(options, wanted)
  if (data === '-') {
    // It may take hours to come.
    await regionOf(options)
    if (!toStdout) await checkTarget(out, 'result.csv')
  }

  const {
    input,
    named: objects,
    looks,
    head,
  } = await findDataset(data, { ...options, stdin, env, stateRoot }, signal)
  const read = { input: input.path, model: model?.path }
  const place = toStdout ? STDOUT : await checkOutput(out, read)
  if (!toStdout) {
    const isNamed = typed !== undefined
    await keepResults({ out, path: place, dataset: uriOf(input.path), isNamed }, signal)
  }
  await checkApart(stateRoot, input.path)

  const dataset = withLooks(looks, wanted.dataset)
  const { deadline: wantedBy, ...asked } = specOf(
    options,
    { ...wanted, dataset },
    { name: endpointName, input: input.path, result: place },
  )
  // The same command continues a run that its deadline has overtaken.
  const deadline =
    wantedBy === undefined ? undefined : deadlineFrom(wantedBy, Math.floor(Date.now() / 1_000))
  refuseIdle(options.spec, asked)
  checkHead(head, asked)
  const endpoint = endpointPlace(options)
  const region = await regionOf(options)
  const found = toMake && (await findWithKeys(toMake, { endpoint, region, env }, signal))
  const reached = await addressOf(endpoint, region)
  const address = found === undefined ? reached : { ...reached, served: servedBy(found) }
  await makeStateFolder(stateRoot)
  // An endpoint that is to be made is named after the job, and the job after what it would be without one.
  const unnamed = nameStateFolder(asked, { input, address }, stateRoot)
  const endpointNotes = notesIn(stateRoot)
  const temporary = found && {
    ...found,
    name: nameTemporary(found.model, [await placeOf(endpointNotes), unnamed.jobId]),
  }
  const named = temporary === undefined ? asked : throughEndpoint(asked, temporary.name)
  const state = nameStateFolder(named, { input, address }, stateRoot)
  // One that was cut off may have left its result without the manifest.
  if (!toStdout && typed === undefined && !existsSync(state.path)) await keepUnvouched(out, place)
  const folders = { state: stateRoot, result: toStdout ? stateRoot : dirname(place) }
  const disks = await disksOf(folders, spaceWanted(asked, input.bytes, head.bytes))
  refuseFull(disks)
  const resultPath = toStdout ? join(state.path, `stdout${endingOf(asked.output)}`) : place
  const spec = { ...named, output: { ...named.output, uri: uriOf(resultPath) } }
  return {
    ...{ spec, deadline, input, named: objects, state },
    ...{ resultPath, toStdout, disks, endpoint, address, temporary, endpointNotes, region },
    stateOption: stateOption(stateRoot, { env }),
  }
}

/** What an endpoint that is to be made will serve, looked at by credentials that there are. */
async function findWithKeys(
  toMake: TemporaryWanted,
  { endpoint, region, env }: { endpoint: EndpointPlace; region: string; env: World['env'] },
  signal: AbortSignal,
): Promise<FoundModel> {
  await checkCredentials(endpoint, region, signal)
  return await findModel(toMake, region, env, signal)
}

/** What a spec file says of the variants and components of an endpoint is said of another one. */
function throughEndpoint({ endpoint, ...spec }: JobSpec, name: string): JobSpec {
  const { variant: _variant, inferenceComponent: _component, ...kept } = endpoint
  return { ...spec, endpoint: { ...kept, name } }
}

/**
 * Names standard output in the spec that a job is named after. The file that is copied there lies in the
 * job's state, so that no other job writes over it, and has its name from the job's. No format follows
 * from this name, as one does from the name of a file.
 */
const STDOUT = '/dev/stdout'

/** @throws {CliError} for a result that is not to be on this machine. */
function refuseUri(out: string): void {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\//i.exec(out) ?? []
  if (scheme === undefined) return
  const hint =
    scheme === 's3'
      ? `-o - | aws s3 cp - ${out} puts it there, and millrace submit has a stack write it there`
      : 'name a file of this machine, or - for standard output'
  throw new CliError(`${out}: run writes its result to a file of this machine`, { hint })
}

function dataOf({ data, file }: RunOptions, spec: PartialSpec): string {
  const named = pathOf(data) ?? pathOf(spec.dataset?.uri)
  if (named !== undefined) return named
  throw new CliError(
    file === undefined
      ? `missing required argument 'data': wanted ${TABLE}`
      : `${file}: names no dataset.uri, and no data was given`,
  )
}

/** @throws {CliError} for a URI of a file that cannot be one of this machine: `file://rows.csv` names a host. */
function pathOf(uri: string | undefined): string | undefined {
  if (uri?.startsWith('file://') !== true) return uri
  try {
    return fileURLToPath(uri)
  } catch (cause) {
    throw new CliError(`${uri}: names no file of this machine`, {
      hint: 'wanted a path, or file:/// with three slashes',
      cause,
    })
  }
}

/** @throws {CliError} where none is named. */
function endpointNameOf(options: RunOptions, wanted: PartialSpec): string {
  const local = options.localModel === undefined ? undefined : LOCAL_ENDPOINT
  const name = local ?? options.temporaryEndpoint ?? wanted.endpoint?.name
  if (name !== undefined) return name
  throw new CliError('no endpoint: wanted --endpoint NAME, or --local-model FILE to try things out')
}

function specOf(
  options: RunOptions,
  wanted: PartialSpec,
  {
    name,
    input,
    result,
  }: { readonly name: string; readonly input: string; readonly result: string },
): JobSpec {
  return check(options.file ?? 'run', jobSpecSchema, {
    ...wanted,
    version: 1,
    dataset: { ...wanted.dataset, uri: uriOf(input) },
    endpoint: { ...wanted.endpoint, name },
    output: { ...wanted.output, uri: uriOf(result) },
  })
}

/** @throws {CliError} for what a run cannot have. */
function refuseFiles({ output }: PartialSpec): void {
  if (output?.files !== 'per_object') return
  throw new CliError('output.files: per_object is for a stack: a run writes one file', {
    hint: 'leave it out, or submit the job to a stack: one on this machine is started by millrace dev',
  })
}
