/** Settings of the glibc allocator; musl has none. @module */
import { expect, test } from 'vitest';
import { returnFreedMemory } from '../../src/sys/allocator.ts';
import { declareIfThere } from '../../src/sys/libc.ts';

const malloc = declareIfThere<[size: number]>('malloc', 'intptr_t malloc(size_t)');
const free = declareIfThere<[address: number | bigint]>('free', 'void free(intptr_t)');
const memcpy = declareIfThere<[to: Uint8Array, from: number | bigint, size: number]>(
  'memcpy',
  'intptr_t memcpy(void *, intptr_t, size_t)',
);

/** malloc.c, "malloc_chunk": the word before the memory is its size, with the bit IS_MMAPPED. */
const IS_MMAPPED = 2;

function isMapped(size: number): boolean {
  const address = malloc?.(size) ?? 0;
  const word = new Uint8Array(8);
  memcpy?.(word, BigInt(address) - 8n, 8);
  free?.(address);
  return ((word[0] ?? 0) & IS_MMAPPED) !== 0;
}

test.skipIf(!isGlibc())('a large piece is mapped, and so unmapped when freed, each time: not only the first', () => {
  expect(isMapped(8 << 20)).toBe(true);
  expect(isMapped(1 << 20)).toBe(false); // glibc has raised its threshold to the size of the freed memory
  expect(returnFreedMemory()).toBe(true);
  expect(isMapped(8 << 20)).toBe(true);
  expect(isMapped(4 << 20)).toBe(true);
});

function isGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}
