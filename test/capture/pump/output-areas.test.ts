/** Areas of the output memory: where they begin, and who has them. @module */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CaptureMemory } from '../../../src/capture/memory.ts';
import { OutputAreas, outputSizeFor } from '../../../src/capture/pump/output-areas.ts';
import { DIRECT_BLOCK } from '../../../src/pcap/file-direct.ts';
import { addressOf } from '../../../src/sys/libc.ts';

function takeAll(areas: OutputAreas): number[] {
  const taken: number[] = [];
  for (let area = areas.take(); area !== undefined; area = areas.take()) taken.push(area);
  return taken;
}

test('whatever the room for records, each begins on a page, for direct writes, and none reaches into another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), (recordRoom) => {
      const memory = new CaptureMemory({ ringSize: 0, outputSize: outputSizeFor(recordRoom) });
      const taken = takeAll(new OutputAreas(memory, recordRoom, false));
      expect(taken).toHaveLength(4);
      const ends = [...taken.slice(1), memory.output + memory.outputSize];
      for (const [place, area] of taken.entries()) {
        expect((addressOf(memory.bytes) + BigInt(area)) % BigInt(DIRECT_BLOCK)).toBe(0n);
        expect((ends[place] as number) - area).toBeGreaterThanOrEqual(DIRECT_BLOCK + recordRoom);
      }
    }),
    { numRuns: 20 },
  );
});

test('a batch comes back when the next is asked for, or, retained, when its keeper lets go', async () => {
  const memory = new CaptureMemory({ ringSize: 0, outputSize: outputSizeFor(1) });
  const areas = new OutputAreas(memory, 1, false);
  const batch = { bytes: memory.bytes.subarray(0, 1), inPlace: false, frames: 1, frameBytes: 1 };
  areas.lendArea(areas.take() as number, batch);
  expect(takeAll(areas)).toHaveLength(3);
  areas.takeBack();
  const kept = areas.lendArea(areas.take() as number, batch);
  const release = kept.retain();
  areas.takeBack();
  expect(areas.isEmpty).toBe(true);
  const returned = areas.returned();
  release();
  await returned;
  expect(areas.isEmpty).toBe(false);
});
