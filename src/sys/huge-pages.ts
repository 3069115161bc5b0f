/** Prepares memory for heavy use: huge pages where available, allocated now instead of by page faults later. @module */
import { MADV_HUGEPAGE } from './constants.ts';
import { addressOf, madvise } from './libc.ts';

const PAGE = 4096;

/** Requests huge pages for `bytes[start, end)` and zeroes it. Without huge pages everything works, but slower. */
export function commitHugePages(bytes: Uint8Array, start: number, end: number): void {
  const address = addressOf(bytes) + BigInt(start);
  const toPage = Number(-address & BigInt(PAGE - 1));
  if (end - start > toPage) madvise(address + BigInt(toPage), end - start - toPage, MADV_HUGEPAGE);
  bytes.fill(0, start, end);
}
