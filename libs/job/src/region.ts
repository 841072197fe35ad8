/**
 * A name of an AWS region: `eu-central-1`, `us-gov-west-1`, `eusc-de-east-1`.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
export const regionPattern = /^[a-z]{2,4}(-[a-z]+)+-\d$/
