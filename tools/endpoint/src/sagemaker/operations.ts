import { z } from 'zod'
import { serviceErrors, validationException } from '../service-error.ts'
import { type Account, Refusal } from './account.ts'

/*
 * What the API is asked and what it answers, as far as a temporary endpoint needs it.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Service.html
 */
const name = z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
const ofModel = z.object({ ModelName: name })
const ofEndpoint = z.object({ EndpointName: name })
const ofConfig = z.object({ EndpointConfigName: name })
/** What makes a temporary endpoint known as one. */
const tags = z.tuple([
  z.object({ Key: z.literal('millrace'), Value: z.literal('temporary-endpoint') }),
])
const newEndpoint = z.object({ ...ofEndpoint.shape, ...ofConfig.shape, Tags: tags })
const newConfig = z.object({
  EndpointConfigName: name,
  Tags: tags,
  ProductionVariants: z.tuple([
    z.object({
      VariantName: z.literal('AllTraffic'),
      ModelName: name,
      InstanceType: z.string().regex(/^ml\./),
      InitialInstanceCount: z.number().int().min(1),
    }),
  ]),
})

/** Does an operation. @throws {Refusal} */
export function operate(account: Account, operation: string, input: unknown): object {
  switch (operation) {
    case 'DescribeModel': {
      const { ModelName } = parse(ofModel, input)
      account.describeModel(ModelName)
      return { ModelName, CreationTime: CREATED_AT }
    }
    case 'CreateEndpointConfig': {
      const { EndpointConfigName, ProductionVariants } = parse(newConfig, input)
      const [{ ModelName, InstanceType, InitialInstanceCount }] = ProductionVariants
      const shape = { instanceType: InstanceType, instances: InitialInstanceCount }
      account.createConfig({ name: EndpointConfigName, model: ModelName, ...shape })
      return {}
    }
    case 'CreateEndpoint': {
      const { EndpointName, EndpointConfigName } = parse(newEndpoint, input)
      account.createEndpoint(EndpointName, EndpointConfigName)
      return {}
    }
    case 'DescribeEndpoint': {
      const { EndpointName } = parse(ofEndpoint, input)
      const { config, status, failure, arn } = account.describeEndpoint(EndpointName)
      const variant = { VariantName: 'AllTraffic', CurrentInstanceCount: config.instances }
      return {
        ...{ EndpointName, EndpointArn: arn, EndpointConfigName: config.name },
        EndpointStatus: status,
        ...{ FailureReason: failure, CreationTime: CREATED_AT, LastModifiedTime: CREATED_AT },
        ProductionVariants: [variant],
      }
    }
    case 'DeleteEndpoint':
      account.deleteEndpoint(parse(ofEndpoint, input).EndpointName)
      return {}
    case 'DeleteEndpointConfig':
      account.deleteConfig(parse(ofConfig, input).EndpointConfigName)
      return {}
    default:
      throw new Refusal(serviceErrors.unknownOperation)
  }
}

/** Seconds since the epoch: its models are as old as that. */
const CREATED_AT = 1_767_225_600

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Refusal(validationException(`${issue?.path.join('.')}: ${issue?.message}`))
}

/** What an operation is about, for those who count calls. */
export function subjectOf(input: unknown): string {
  const { EndpointName, EndpointConfigName, ModelName } = z
    .looseObject({
      EndpointName: z.string().optional(),
      EndpointConfigName: z.string().optional(),
      ModelName: z.string().optional(),
    })
    .parse(input)
  return EndpointName ?? EndpointConfigName ?? ModelName ?? ''
}
