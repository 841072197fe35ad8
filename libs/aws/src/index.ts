export { createCredentials, type CredentialsGiven } from './credentials.ts'
export { keyedEndpoint, type KeyedEndpoint } from './endpoint-keys.ts'
export { codeOfFailure, codesOfNames } from './failure-names.ts'
export { type Origin, originOf } from './origin.ts'
export { type Proxies, proxiesOf } from './proxies.ts'
export type { RawAnswer } from './read-answer.ts'
export { ServiceError } from './service-error.ts'
export { readServiceSettings, type ServiceSettings } from './service-settings.ts'
export {
  createSignedSend,
  type Link,
  type SignedRequest,
  type SignedSend,
  type SignedSendOptions,
  SKEW_MIN_MS,
} from './signed-send.ts'
export { createSlots, type Slots } from './slots.ts'
export { openWire } from './open-wire.ts'
