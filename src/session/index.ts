/** Recording. @module */
export { FileSeries } from './file-series.ts';
export { describeTrigger, FlightFiles, type FlightFilesOptions } from './flight-files.ts';
export type { FlightBefore, FlightCounters, FlightOptions, FlightOutput, FlightTrigger } from './flight-options.ts';
export { FlightRecorder } from './flight-recorder.ts';
export type { FreeSpaceFloor, SpaceReader } from './free-space.ts';
export { GrowingFiles } from './growing-files.ts';
export { OutputLedger } from './output-ledger.ts';
export { type PacingClock, pacingClock } from './pacing-clock.ts';
export {
  type RecordOptions,
  type RecordProgress,
  type RecordSummary,
  type RecordTarget,
  record,
  type StopReason,
} from './record.ts';
export { type FlightRunOptions, type FlightSummary, recordFlight } from './record-flight.ts';
export type { OutputBatch, OutputEnd, RecordOutput, TakenRecords } from './record-output.ts';
export { Replay, replay } from './replay.ts';
export type { AddressMapping } from './replay-addresses.ts';
export type { ReplayEdits } from './replay-edits.ts';
export { refuseDefaultRoute } from './replay-guard.ts';
export type { ReplayOptions, ReplaySummary, SkippedFrames } from './replay-options.ts';
export type { ReplayPace } from './replay-schedule.ts';
export type { Epilogue, FileSeriesOptions, FinishedFile, Rotation } from './series-options.ts';
export { StatisticsHistory, type StatisticsSecond } from './statistics-history.ts';
