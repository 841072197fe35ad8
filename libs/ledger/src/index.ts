export { createLedgerClient, type Ledger, type LedgerClientOptions } from './ledger.ts'
export { LedgerError, type LedgerErrorCode } from './ledger-error.ts'
export {
  ACTIVE_JOBS_INDEX,
  createTable,
  JOBS_BY_DAY_INDEX,
  TTL_ATTRIBUTE,
  tableDefinition,
} from './table.ts'
