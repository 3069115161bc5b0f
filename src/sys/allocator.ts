/** How the C library's allocator treats memory that was freed. @module */
import { declareIfThere } from './libc.ts';

/** malloc.h of glibc. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
/** Bytes: what both are before glibc changes them. */
const THRESHOLD = 128 << 10;

/**
 * Memory that was freed goes back to the system, for good. glibc keeps ever more of it: each large piece that is freed
 * raises its thresholds (mallopt(3)), so that what V8's compiler needs for a moment stays with the process, once for every
 * thread: some megabytes in a capture of ten minutes (bench/live/soak.ts). Holds for the whole process.
 * @returns false where the C library has no such thresholds
 */
export function returnFreedMemory(): boolean {
  const mallopt = declareIfThere<[parameter: number, value: number]>('mallopt', 'int mallopt(int, int)');
  if (mallopt === undefined) return false;
  return mallopt(M_TRIM_THRESHOLD, THRESHOLD) === 1 && mallopt(M_MMAP_THRESHOLD, THRESHOLD) === 1;
}
