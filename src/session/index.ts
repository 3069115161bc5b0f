/** Recording, flight recording and replay. @module */
export { describeTrigger, FlightFiles, type FlightFilesOptions } from './flight/files.ts';
export type { FlightBefore, FlightCounters, FlightOptions, FlightOutput, FlightTrigger } from './flight/options.ts';
export { type FlightRunOptions, type FlightSummary, recordFlight } from './flight/record-flight.ts';
export { FlightRecorder } from './flight/recorder.ts';
export { type CaptureInfo, captureInfo } from './info/capture-info.ts';
export {
  type RecordInput,
  type RecordOptions,
  type RecordProgress,
  type RecordSummary,
  type RecordTarget,
  record,
  type StopReason,
} from './record.ts';
export type { RecordOutput } from './record-output.ts';
export type { AddressMapping } from './replay/addresses.ts';
export type { ReplayEdits } from './replay/edits.ts';
export { refuseDefaultRoute } from './replay/guard.ts';
export type { ReplayOptions, ReplaySummary } from './replay/options.ts';
export { Replay, replay } from './replay/replay.ts';
export type { ReplayPace } from './replay/schedule.ts';
export type { CopyChanges } from './rewrite/block-copier.ts';
export type { Stripping } from './rewrite/block-rules.ts';
export { copyBlocks } from './rewrite/copied-blocks.ts';
export type { DuplicateOptions } from './rewrite/duplicate-window.ts';
export { EditedSource } from './rewrite/edited-source.ts';
export type { FrameEditor } from './rewrite/frame-editor.ts';
export { type EditOptions, FrameEdits, type NumberRange } from './rewrite/frame-edits.ts';
export { type CaptureTime, type SelectionOptions, selectFrames, type TimeBound } from './rewrite/frame-selection.ts';
export { FrameSanitizer, type PayloadRemoval } from './sanitize/frame-sanitizer.ts';
export { FileSeries } from './series/file-series.ts';
export type { FreeSpaceFloor } from './series/free-space.ts';
export { GrowingFiles } from './series/growing-files.ts';
export { OutputLedger } from './series/output-ledger.ts';
export type { Epilogue, FileSeriesOptions, FinishedFile, Rotation } from './series/series-options.ts';
export { StatisticsHistory, type StatisticsSecond } from './statistics-history.ts';
