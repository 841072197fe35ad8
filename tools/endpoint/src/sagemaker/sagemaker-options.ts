import type { EndpointBehaviour } from '../endpoint-options.ts'
import type { ServiceError } from '../service-error.ts'
import type { XgboostModel } from '../xgboost-model.ts'

/** What may change while the service is there. */
export interface SageMakerBehaviour {
  /** From CreateEndpoint until the endpoint is in service. Default 0. */
  readonly creatingMs?: number
  /** From DeleteEndpoint until the endpoint is gone. Default 0. */
  readonly deletingMs?: number
  /** Why endpoints come to nothing once their time of creation has passed. Default: none does. */
  readonly failure?: string | undefined
  /** What is answered to an operation such as `CreateEndpoint` in place of doing it. Default: nothing. */
  readonly refuse?: (operation: string) => ServiceError | undefined
  /** True for an operation that is done, and whose answer is lost. Default: of none. */
  readonly losesAnswer?: (operation: string) => boolean
  /** How the endpoints serve. */
  readonly serving?: EndpointBehaviour
}

export interface SageMakerOptions extends SageMakerBehaviour {
  /** The models that there are, by their names. */
  readonly models: Readonly<Record<string, XgboostModel>>
}

/** A configuration of endpoints, with its only variant. */
export interface Config {
  readonly name: string
  readonly model: string
  readonly instanceType: string
  readonly instances: number
}

/** A call of the API, as it arrived. */
export interface Call {
  readonly operation: string
  /** Of the model, endpoint or configuration that it is about. */
  readonly name: string
}

export interface SageMaker extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL_SAGEMAKER` and for `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME`. */
  readonly url: string
  readonly calls: readonly Call[]
  /** The status of each endpoint that there is, by its name. */
  endpoints(): Readonly<Record<string, EndpointStatus>>
  /** The endpoint configurations that there are. */
  configs(): readonly Config[]
  /** Rows that an endpoint of this name has scored, all that bore it together. */
  rowsScored(endpoint: string): number
  /** Changes behaviour; what is not named stays. */
  change(behaviour: SageMakerBehaviour): void
  close(): Promise<void>
}

/** Of those of https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html */
export type EndpointStatus = 'Creating' | 'InService' | 'Failed' | 'Deleting'
