/** The capture memory reserves addresses; the kernel allocates its pages with their first use. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CaptureMemory } from '../../src/capture/memory.ts';
import { OutputAreas, outputSizeFor } from '../../src/capture/pump/output-areas.ts';
import { addressOf } from '../../src/sys/libc.ts';

const RECORD_ROOM = 4 << 20;
const LEAD = Uint8Array.of(1, 2, 3);

/** Returns the resident KiB of the mappings that overlap the memory: `Rss` of /proc/PID/smaps (proc(5)). */
function residentSize(memory: CaptureMemory): number {
  const first = addressOf(memory.bytes);
  const end = first + BigInt(memory.bytes.length);
  const mappings = readFileSync('/proc/self/smaps', 'utf8').matchAll(
    /^([\da-f]+)-([\da-f]+) [\s\S]*?^Rss: +(\d+) kB/gm,
  );
  return Array.from(mappings)
    .filter(([, from, to]) => BigInt(`0x${from}`) < end && BigInt(`0x${to}`) > first)
    .reduce((sum, [, , , size]) => sum + Number(size), 0);
}

test('no page of the output areas is allocated before the first record', () => {
  const memory = new CaptureMemory({ ringSize: 1 << 20, outputSize: outputSizeFor(RECORD_ROOM) });
  const areas = new OutputAreas(RECORD_ROOM, false, memory);
  expect(residentSize(memory)).toBe(0);
  areas.finish(areas.begin(LEAD), { frames: 1, frameBytes: 1 });
  expect(residentSize(memory)).toBeGreaterThan(0);
  expect(residentSize(memory)).toBeLessThanOrEqual(2048); // one huge page
});
