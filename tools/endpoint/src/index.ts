export { EndpointError, type EndpointErrorCode } from './endpoint-error.ts'
export {
  type Endpoint,
  type EndpointBehaviour,
  type EndpointOptions,
  type EndpointStats,
  type InvocationSeen,
} from './endpoint-options.ts'
export { LAYOUTS, type Layout } from './encode-predictions.ts'
export { FAULT_KINDS, type FaultKind, type FaultShares } from './faults.ts'
export {
  type Call,
  type EndpointStatus,
  type SageMaker,
  type SageMakerBehaviour,
  type SageMakerOptions,
} from './sagemaker/sagemaker-options.ts'
export { startSageMaker } from './sagemaker/start-sagemaker.ts'
export { startEndpoint } from './start-endpoint.ts'
export { loadXgboostModel, parseXgboostModel, type XgboostModel } from './xgboost-model.ts'
