/** Recording. @module */
export { type RecordOptions, type RecordProgress, type RecordSummary, record, type StopReason } from './record.ts';
