/** Prepares memory for heavy use: huge pages where the system has them. @module */
import { MADV_HUGEPAGE } from './constants.ts';
import { addressOf, madvise } from './libc.ts';

const PAGE = 4096;

/** Allocates `bytes[start, end)` now, instead of by page faults later, and zeroes it. */
export function commitHugePages(bytes: Uint8Array, start: number, end: number): void {
  requestHugePages(bytes, start, end);
  bytes.fill(0, start, end);
}

/** Requests huge pages for `bytes[start, end)`. Without huge pages everything works, but slower. */
export function requestHugePages(bytes: Uint8Array, start: number, end: number): void {
  const address = addressOf(bytes) + BigInt(start);
  const toPage = Number(-address & BigInt(PAGE - 1));
  if (end - start > toPage) madvise(address + BigInt(toPage), end - start - toPage, MADV_HUGEPAGE);
}
