import type { RegionPrices } from './price-list.ts'
import type { Usage } from './usage.ts'

/** The price of what a job uses, by AWS's list; dollars. */
export interface Bill {
  readonly sqs: number
  readonly dynamodb: number
  readonly s3: number
  /** What SageMaker charges for the bytes; the instances are `Instances`. */
  readonly endpointData: number
  readonly fargate: number
  /** All of the above. */
  readonly total: number
  readonly perMillionRows: number
  /** Whose prices they are, and of which day. */
  readonly region: string
  readonly readOn: string
}

/** A consumer as the stack runs it unless it is told otherwise. */
const TASK = { vcpu: 0.25, gigabytes: 0.5 }

/** Prices a usage; tasks as the stack has them: ARM, Spot, a quarter of a virtual processor. */
export function billOf(usage: Usage, rows: number, { prices, region, readOn }: RegionPrices): Bill {
  const { sqs, dynamodb, s3, sagemaker } = prices
  const parts = {
    sqs:
      (usage.sqsRequests * sqs.millionRequests + usage.sqsFairRequests * sqs.millionFairRequests) /
      1e6,
    dynamodb:
      (usage.writeUnits * dynamodb.millionWriteUnits +
        usage.readUnits * dynamodb.millionReadUnits) /
      1e6,
    s3: (usage.s3Writes * s3.thousandWrites + usage.s3Reads * s3.thousandReads) / 1e3,
    endpointData:
      (usage.endpointBytesIn * sagemaker.gigabyteIn +
        usage.endpointBytesOut * sagemaker.gigabyteOut) /
      1e9,
    fargate: (usage.workerSeconds / 3_600) * taskHourPrice({ prices }),
  }
  const total = Object.values(parts).reduce((sum, dollars) => sum + dollars, 0)
  const perMillionRows = rows === 0 ? 0 : (total / rows) * 1e6
  return {
    ...roundAll(parts),
    total: round(total),
    perMillionRows: round(perMillionRows),
    region,
    readOn,
  }
}

/** An hour of one consumer: on ARM and Spot. */
export function taskHourPrice({ prices }: Pick<RegionPrices, 'prices'>): number {
  const { arm, spotShare } = prices.fargate
  return (TASK.vcpu * arm.vcpuHour + TASK.gigabytes * arm.gbHour) * spotShare
}

/** The endpoint's own instances, which are paid for whether or not they are invoked. */
export interface Instances {
  readonly type: string
  readonly count: number
}

/** What instances cost for so long; nothing when the list has no such type. */
export function instancesPrice(
  { type, count }: Instances,
  seconds: number,
  { prices }: Pick<RegionPrices, 'prices'>,
): number | undefined {
  const hour = prices.sagemaker.instanceHour[type]
  return hour === undefined ? undefined : round((hour * count * seconds) / 3_600)
}

/** To a ten-thousandth of a cent: below it a sum in floating point says nothing. */
const round = (dollars: number): number => Math.round(dollars * 1e6) / 1e6

function roundAll<Parts extends Record<string, number>>(parts: Parts): Parts {
  return Object.fromEntries(
    Object.entries(parts).map(([name, dollars]) => [name, round(dollars)]),
  ) as Parts
}
