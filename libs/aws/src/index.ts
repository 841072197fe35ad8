export type { RawAnswer } from './collect-answer.ts'
export { openDispatcher } from './open-dispatcher.ts'
export { type Proxies, proxiesOf } from './proxies.ts'
export { ServiceError } from './service-error.ts'
export {
  createSignedSend,
  type Link,
  type Origin,
  type SignedRequest,
  type SignedSend,
  type SignedSendOptions,
} from './signed-send.ts'
