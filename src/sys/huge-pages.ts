/** Memory that is about to be used hard: on huge pages where the kernel has any, and taken now, not fault by fault later. @module */
import { MADV_HUGEPAGE } from './constants.ts';
import { addressOf, madvise } from './libc.ts';

const PAGE = 4096;

/** Zeroes `bytes[start, end)`. Whether the kernel gives huge pages does not matter: without them all works, only slower. */
export function commitHugePages(bytes: Uint8Array, start: number, end: number): void {
  const address = addressOf(bytes) + BigInt(start);
  const toPage = Number(-address & BigInt(PAGE - 1));
  if (end - start > toPage) madvise(address + BigInt(toPage), end - start - toPage, MADV_HUGEPAGE);
  bytes.fill(0, start, end);
}
