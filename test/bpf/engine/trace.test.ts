import { expect, test } from 'vitest';
import { assemble } from '../../../src/bpf/engine/assemble.ts';
import { trace } from '../../../src/bpf/engine/trace.ts';

// tcpdump -d 'ip and ip[8] > 64', with the registers computed by hand
const PROGRAM = assemble(
  'ldh [12]\njeq #0x800, more, no\nmore: ldb [22]\njgt #64, yes, no\nyes: ret #262144\nno: ret #0',
);

test('each step holds the values read and the result', () => {
  const frame = new Uint8Array(60);
  frame.set([0x08, 0x00], 12);
  frame[22] = 65;
  expect(trace(PROGRAM, frame)).toEqual({
    steps: [
      { index: 0, a: 0x800, x: 0, read: { offset: 12, length: 2 } },
      { index: 1, a: 0x800, x: 0, taken: true },
      { index: 2, a: 65, x: 0, read: { offset: 22, length: 1 } },
      { index: 3, a: 65, x: 0, taken: true },
      { index: 4, a: 65, x: 0, end: 'return' },
    ],
    omitted: 0,
    verdict: 262_144,
  });
});

test.each([
  ['ldh [12]\nret #1', 'outside-frame'],
  ['div x\nret #1', 'division-by-zero'],
  ['ld [vlanp]\nret #1', 'no-ancillary'],
  ['again: ja again\nret #1', 'loop-limit'],
  ['ret #0', 'return'],
])('%s ends with %s', (text, end) => {
  const result = trace(assemble(text, { backwardJumps: true }), new Uint8Array(13));
  expect(result.steps.at(-1)?.end).toBe(end);
  expect(result.verdict).toBe(0);
});

test('a long loop runs to its end, but only part of it is stored', () => {
  const text = 'again: add #1\njeq #8000, out\nja again\nout: ret a';
  const result = trace(assemble(text, { backwardJumps: true }), new Uint8Array(0));
  expect(result.verdict).toBe(8000);
  expect(result.steps).toHaveLength(10_000);
  expect(result.omitted).toBe(3 * 8000 - 10_000);
});
