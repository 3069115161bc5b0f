/** Checks that views reject truncated headers. @module */
import { expect } from 'vitest';

interface Wrapping {
  wrap(bytes: Uint8Array, start: number, end: number): boolean;
}

/** Wraps every prefix of `bytes` at several offsets, and expects that only those of `minimum` bytes or more are accepted. */
export function expectShorterRefused(view: Wrapping, bytes: Uint8Array, minimum: number): void {
  for (let length = 0; length <= bytes.length; length += 1) {
    expect(view.wrap(bytes, 0, length), `${length} bytes`).toBe(length >= minimum);
    expect(view.wrap(bytes.slice(0, length), 0, bytes.length), `an array of ${length}`).toBe(length >= bytes.length);
    const shifted = new Uint8Array(length + 3);
    shifted.set(bytes.subarray(0, length), 3);
    expect(view.wrap(shifted, 3, 3 + length), `${length} bytes at 3`).toBe(length >= minimum);
  }
}
