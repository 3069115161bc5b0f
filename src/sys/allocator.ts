/** Settings of the C library's memory allocator. @module */
import { declareIfThere } from './libc.ts';

/** malloc.h of glibc. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
/** The initial value of both thresholds, in bytes. */
const THRESHOLD = 128 << 10;

/**
 * Fixes the thresholds above which glibc returns freed memory to the system. By default each large block that is freed
 * raises them (mallopt(3)), so temporary memory of V8's compiler stays with the process, per thread: a few megabytes in
 * a capture of ten minutes (bench/live/soak.ts). Applies to the whole process.
 * @returns false if the C library has no such thresholds
 */
export function returnFreedMemory(): boolean {
  const mallopt = declareIfThere<[parameter: number, value: number]>('mallopt', 'int mallopt(int, int)');
  if (mallopt === undefined) return false;
  return mallopt(M_TRIM_THRESHOLD, THRESHOLD) === 1 && mallopt(M_MMAP_THRESHOLD, THRESHOLD) === 1;
}
