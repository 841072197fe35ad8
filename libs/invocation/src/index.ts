export { type Proxies, proxiesOf } from '@millrace/aws'
export { classifyFailure } from './classify-failure.ts'
export { type ClosableInvoke, createInvoke, type CreateInvokeOptions } from './create-invoke.ts'
export { decodePredictions } from './decode-predictions.ts'
export type { Decoded } from './decoded.ts'
export type { Endpoint, InvocationAnswer, InvocationRequest, Invoke } from './invocation.ts'
export {
  InvocationError,
  type InvocationErrorCode,
  type InvocationErrorKind,
} from './invocation-error.ts'
export { createLayoutMemory, type LayoutMemory } from './layout-memory.ts'
export { createLimiter, type Limiter, type LimiterOptions, type LimiterState } from './limiter.ts'
export type { Circuit } from './circuit.ts'
export { createLimiters, type Limiters, type LimitersOptions } from './limiters.ts'
export { preflight, type PreflightReport } from './preflight.ts'
export type { PreflightInput } from './preflight-input.ts'
export { parseResponse } from './response-setting.ts'
export { type ScoredBatch, scoreBatch } from './score-batch.ts'
export type { ScoreBatchDeps, ScoreBatchInput } from './batch-run.ts'
export { createWaitingLine, type WaitingLine } from './waiting-line.ts'
