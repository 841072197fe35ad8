export { type Proxies, proxiesOf } from '@millrace/aws'
export { classifyFailure } from './classify-failure.ts'
export { type ClosableInvoke, createInvoke, type CreateInvokeOptions } from './create-invoke.ts'
export { type Decoded, decodePredictions } from './decode-predictions.ts'
export type { Endpoint, InvocationAnswer, InvocationRequest, Invoke } from './invocation.ts'
export {
  InvocationError,
  type InvocationErrorCode,
  type InvocationErrorKind,
} from './invocation-error.ts'
export { createLayoutMemory, type LayoutMemory } from './layout-memory.ts'
export {
  type Circuit,
  createLimiter,
  type Limiter,
  type LimiterOptions,
  type LimiterState,
} from './limiter.ts'
export { createLimiters, type Limiters, type LimitersOptions } from './limiters.ts'
export { preflight, type PreflightInput, type PreflightReport } from './preflight.ts'
export { parseResponse } from './response-setting.ts'
export {
  type ScoreBatchDeps,
  type ScoreBatchInput,
  type ScoredBatch,
  scoreBatch,
} from './score-batch.ts'
export { createWaitingLine, type WaitingLine } from './waiting-line.ts'
