export { EndpointError, type EndpointErrorCode } from './endpoint-error.ts'
export {
  type Endpoint,
  type EndpointBehaviour,
  type EndpointOptions,
  type EndpointStats,
  FAULT_KINDS,
  type FaultKind,
  type FaultShares,
} from './endpoint-options.ts'
export { startEndpoint } from './start-endpoint.ts'
export { loadXgboostModel, parseXgboostModel, type XgboostModel } from './xgboost-model.ts'
