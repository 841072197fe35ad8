export { type Proxies, proxiesOf } from '@millrace/aws'
export { classifyFailure } from './invoke/classify-failure.ts'
export {
  type ClosableInvoke,
  createInvoke,
  type CreateInvokeOptions,
} from './invoke/create-invoke.ts'
export { decodePredictions } from './decode/decode-predictions.ts'
export type { Decoded } from './decode/decoded.ts'
export type { Endpoint, InvocationAnswer, InvocationRequest, Invoke } from './invoke/invocation.ts'
export {
  InvocationError,
  type InvocationErrorCode,
  type InvocationErrorKind,
  type InvocationWork,
} from './invoke/invocation-error.ts'
export { createLayoutMemory, type LayoutMemory } from './decode/layout-memory.ts'
export {
  createLimiter,
  type Limiter,
  type LimiterOptions,
  type LimiterState,
} from './limiter/limiter.ts'
export type { Circuit } from './limiter/circuit.ts'
export {
  createLimiters,
  endpointKey,
  type Limiters,
  type LimitersOptions,
} from './limiter/limiters.ts'
export { explainUninvoked } from './preflight/explain-uninvoked.ts'
export { preflight, type PreflightReport } from './preflight/preflight.ts'
export type { PreflightInput } from './preflight/preflight-input.ts'
export { parseResponse } from './decode/response-setting.ts'
export { type ScoredBatch, scoreBatch } from './score/score-batch.ts'
export type { ScoreBatchDeps, ScoreBatchInput, Witnesses } from './score/batch-run.ts'
export { createWaitingLine, type WaitingLine } from './limiter/waiting-line.ts'
