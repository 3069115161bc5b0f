/** The kernel's CLOCK_REALTIME, for `ClockBridge`. @module */
import { readU32le } from '../base/bytes.ts';
import { CLOCK_REALTIME } from '../sys/inet-constants.ts';
import { clock_gettime } from '../sys/libc.ts';
import type { ReadRealtime } from './clock-bridge.ts';

const time = new Uint8Array(16); // struct timespec: two 64-bit numbers

export const readRealtime: ReadRealtime = () => {
  clock_gettime(CLOCK_REALTIME, time);
  return { seconds: readSeconds(time, 0), nanoseconds: readU32le(time, 8) };
};

/** The seconds of a `struct timespec`; right until the year 2^53. */
export function readSeconds(bytes: Uint8Array, at: number): number {
  return readU32le(bytes, at) + readU32le(bytes, at + 4) * 0x1_0000_0000;
}
