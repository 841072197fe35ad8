import type { PriceList } from './price-schema.ts'

/*
 * AWS's list prices in US dollars, without free tiers, volume discounts, savings plans and taxes. The
 * only place in this project that says a price: `docs/costs.md` is made of it.
 *
 * A region stands here only when each of its figures was found in public on that day. That holds for
 * us-east-1; `--prices` adds others. Where each figure is published, and what confirmed it:
 *
 * - SQS: https://aws.amazon.com/sqs/pricing/ (first 100 billion requests a month, each 64 KB; fair
 *   queues), as of March 2026 in https://cloudburn.io/blog/amazon-sqs-pricing
 * - DynamoDB: https://aws.amazon.com/dynamodb/pricing/on-demand/ (standard class, since November
 *   2024), in https://airbyte.com/data-engineering-resources/dynamodb-pricing
 * - S3: https://aws.amazon.com/s3/pricing/ (standard class), in
 *   https://c3x.dev/blog/s3-request-fees-explained
 * - Fargate: https://aws.amazon.com/fargate/pricing/, in https://www.vantage.sh/blog/fargate-pricing;
 *   Spot is "up to 70 %" off and moves.
 * - SageMaker: https://aws.amazon.com/sagemaker/pricing/ (real-time inference), read from AWS's Price
 *   List API in June and September 2026 for ml.m5.xlarge, the others in lists that agree with it;
 *   data in and out as billed in https://github.com/aws-samples/sagemaker-ssh-helper Sample_Costs.md
 */
export const prices: PriceList = {
  version: 1,
  readOn: '2026-11-28',
  regions: {
    'us-east-1': {
      sqs: { millionRequests: 0.4, millionFairRequests: 0.1 },
      dynamodb: { millionWriteUnits: 0.625, millionReadUnits: 0.125 },
      s3: { thousandWrites: 0.005, thousandReads: 0.0004 },
      fargate: {
        arm: { vcpuHour: 0.03238, gbHour: 0.00356 },
        x86: { vcpuHour: 0.04048, gbHour: 0.004445 },
        spotShare: 0.3,
      },
      sagemaker: {
        gigabyteIn: 0.016,
        gigabyteOut: 0.016,
        instanceHour: {
          'ml.m5.large': 0.115,
          'ml.m5.xlarge': 0.23,
          'ml.m5.2xlarge': 0.461,
          'ml.m5.4xlarge': 0.922,
          'ml.c5.large': 0.102,
          'ml.c5.xlarge': 0.204,
          'ml.c5.2xlarge': 0.408,
          'ml.c5.4xlarge': 0.816,
          'ml.g4dn.xlarge': 0.736,
          'ml.g5.xlarge': 1.408,
          'ml.g5.2xlarge': 1.515,
        },
      },
    },
  },
}
