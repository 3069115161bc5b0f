/** Live capture: frames from AF_PACKET rings, without libpcap. @module */
export { returnFreedMemory } from '../sys/allocator.ts';
export { ANY_INTERFACE, interfaceName } from './device.ts';
export { FrameQueue } from './frame-queue.ts';
export { type LiveInterface, openLive, openLiveMany, openShared, type RingSharing } from './live.ts';
export {
  DEFAULT_BUFFER_SIZE,
  DEFAULT_SNAP_LENGTH,
  type FanoutGroup,
  type LiveOptions,
  type LiveSource,
  type RecordBatch,
} from './live-source.ts';
export { type MergedSource, type MergeOptions, mergeSources } from './merged-source.ts';
export { FRAMES_PER_CALL, type FrameTransmitter, TransmitSocket } from './transmit-socket.ts';
