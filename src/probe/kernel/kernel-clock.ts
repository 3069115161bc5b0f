/** Reads CLOCK_REALTIME. @module */
import { CLOCK_REALTIME } from '../../sys/inet-constants.ts';
import { clock_gettime } from '../../sys/libc.ts';
import type { ReadRealtime } from './clock-bridge.ts';

const time = new Int32Array(4); // struct timespec: two 64-bit numbers

export const readRealtime: ReadRealtime = () => {
  clock_gettime(CLOCK_REALTIME, time);
  return { seconds: readSeconds(time, 0), nanoseconds: readNanoseconds(time, 0) };
};

/** Returns the seconds of the `struct timespec` at byte `at`. */
export function readSeconds(words: Int32Array, at: number): number {
  const low = words[at >>> 2] as number;
  const high = words[(at + 4) >>> 2] as number;
  return (low >>> 0) + high * 0x1_0000_0000;
}

/** Returns the nanoseconds of the `struct timespec` at byte `at`. */
export function readNanoseconds(words: Int32Array, at: number): number {
  return words[(at + 8) >>> 2] as number;
}
