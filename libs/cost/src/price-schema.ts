import { regionPattern } from '@millrace/job'
import { z } from 'zod'

const dollars = z.number().min(0).max(1_000_000)
const hourly = z.strictObject({ vcpuHour: dollars, gbHour: dollars })

const regionSchema = z.strictObject({
  sqs: z.strictObject({
    millionRequests: dollars,
    /** On top, for requests of a standard queue whose messages have a group. */
    millionFairRequests: dollars,
  }),
  dynamodb: z.strictObject({ millionWriteUnits: dollars, millionReadUnits: dollars }),
  s3: z.strictObject({ thousandWrites: dollars, thousandReads: dollars }),
  fargate: z.strictObject({
    arm: hourly,
    x86: hourly,
    /** What Spot costs of that. It moves with supply. */
    spotShare: z.number().min(0).max(1),
  }),
  sagemaker: z.strictObject({
    gigabyteIn: dollars,
    gigabyteOut: dollars,
    instanceHour: z.record(z.string().regex(/^ml\./, 'wanted such as ml.m5.xlarge'), dollars),
  }),
})

/** A list of prices in US dollars, by region; `readOn` is the day on which they were read. */
export const priceListSchema = z.strictObject({
  version: z.literal(1),
  readOn: z.iso.date(),
  regions: z.record(z.string().regex(regionPattern, 'wanted a region'), regionSchema),
})

export type PriceList = z.output<typeof priceListSchema>
export type Prices = z.output<typeof regionSchema>
