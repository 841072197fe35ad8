export { type AccessKey, withKeysInUrls } from './access-key.ts'
export { type Cloud, type CloudOptions, LEDGER_TABLE, startCloud } from './cloud.ts'
export { CloudError, type CloudErrorCode } from './cloud-error.ts'
export type { CloudUsage } from './count-usage.ts'
