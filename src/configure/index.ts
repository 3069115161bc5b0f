/** Changes of the host's links, with a way back. @module */
export type { Edit, PlannedChange, VlanProtocol } from './edit.ts';
export { type ApplyOptions, applyEdit, CONFIRM_TIME, type ConfigureEvent, restoredText } from './engine.ts';
export { type ConfigureHost, openConfigureHost } from './host.ts';
export {
  confirmPending,
  type EngineParts,
  type PendingStatus,
  pendingStatus,
  recoverPending,
  revertPending,
} from './pending.ts';
export type { PersistentFile } from './persist/persistent-file.ts';
export { type FullPlan, type PlanOptions, planEdit } from './plan.ts';
export type { Outcome } from './rollback.ts';
export { sessionPeer } from './session.ts';
export { DEFAULT_STATE_DIRECTORY } from './state-directory.ts';
export {
  type LoopbackView,
  type MediaView,
  type MtuView,
  type MulticastView,
  type VlanView,
  viewLoopback,
  viewMedia,
  viewMtu,
  viewMulticast,
  viewVlans,
} from './views.ts';
export { lastOutcome, waitForEnd } from './wait.ts';
