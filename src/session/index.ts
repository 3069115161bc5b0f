/** Recording. @module */

export { type PacingClock, pacingClock } from './pacing-clock.ts';
export { type RecordOptions, type RecordProgress, type RecordSummary, record, type StopReason } from './record.ts';
export { Replay, type ReplayOptions, type ReplaySummary, replay, type SkippedFrames } from './replay.ts';
export type { AddressMapping } from './replay-addresses.ts';
export type { ReplayEdits } from './replay-edits.ts';
export { refuseDefaultRoute } from './replay-guard.ts';
export type { ReplayPace } from './replay-schedule.ts';
