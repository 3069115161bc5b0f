/** Live capture: frames from AF_PACKET rings, without libpcap. @module */
export { returnFreedMemory } from '../sys/allocator.ts';
export { type CaptureDevice, captureLinkType, findDevice, interfaceNames, interfaceTimestampTypes } from './device.ts';
export { TIMESTAMP_TYPES } from './hardware-timestamps.ts';
export { type LiveInterface, openLive, openLiveMany, openShared, type RingSharing } from './live.ts';
export {
  DEFAULT_SNAP_LENGTH,
  type FanoutGroup,
  type LiveOptions,
  type LiveSource,
  type RecordBatch,
  type RecordReadOptions,
} from './live-source.ts';
export { FrameGatherer } from './merge/frame-gatherer.ts';
export { type MergedSource, type MergeOptions, mergeSources } from './merge/merged-source.ts';
export { OutputAreas } from './pump/output-areas.ts';
export { FrameQueue } from './transmit/frame-queue.ts';
export { FRAMES_PER_CALL, type FrameTransmitter, TransmitSocket } from './transmit/transmit-socket.ts';
