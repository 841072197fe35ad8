import { expect, test } from 'vitest'
import { usageText } from './cost-text.ts'

test.for([
  [1, 1, '1 invocation (0.5 s), 1 SQS request, 2 write and 3 read units'],
  [1_200, 0, '1,200 invocations (0.5 s), 0 SQS requests, 2 write and 3 read units'],
] as const)('%d invocations and %d requests are told as %j', ([invocations, sqsRequests, text]) => {
  const usage = {
    ...{ invocations, endpointSeconds: 0.5, endpointBytesIn: 0, endpointBytesOut: 0 },
    ...{ sqsRequests, sqsFairRequests: 0, writeUnits: 2, readUnits: 3 },
    ...{ s3Writes: 0, s3Reads: 0, workerSeconds: 0 },
  }
  const bill = {
    ...{ sqs: 0, dynamodb: 0, s3: 0, endpointData: 0, fargate: 0, total: 0, perMillionRows: 0 },
    ...{ region: 'us-east-1', readOn: '2026-01-01' },
  }
  expect(usageText({ usage, counted: { parts: 1, of: 1 }, bill })).toBe(text)
})
