/** Areas of the output memory: their addresses and their release. @module */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CaptureMemory } from '../../../src/capture/memory.ts';
import { OutputAreas, outputSizeFor } from '../../../src/capture/pump/output-areas.ts';
import { DIRECT_BLOCK } from '../../../src/pcap/file-direct.ts';
import { addressOf } from '../../../src/sys/libc.ts';

const LEAD = Uint8Array.of(1, 2, 3);
const ONE = { frames: 1, frameBytes: 1 };

/** Fills all areas with only a lead, and retains them. @returns their addresses */
function takeAll(areas: OutputAreas): number[] {
  const taken: number[] = [];
  while (!areas.isEmpty) {
    const end = areas.begin(LEAD);
    taken.push(end - LEAD.length);
    const batch = areas.finish(end, ONE);
    expect([...batch.bytes]).toEqual([...LEAD]);
    batch.retain();
  }
  return taken;
}

test('with any size, each area begins on a page, for direct writes, and none overlaps another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), (recordRoom) => {
      const memory = new CaptureMemory({ ringSize: 0, outputSize: outputSizeFor(recordRoom) });
      const taken = takeAll(new OutputAreas(recordRoom, false, memory));
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

test('a batch is returned when the next is requested, or, when retained, on its release', async () => {
  const areas = new OutputAreas(1, false);
  for (let kept = 0; kept < 3; kept += 1) areas.finish(areas.begin(LEAD), ONE).retain();
  expect(areas.isLast).toBe(true);
  areas.finish(areas.begin(LEAD), ONE);
  expect(areas.isEmpty).toBe(true);
  areas.takeBack();
  expect(areas.isEmpty).toBe(false);
  const release = areas.finish(areas.begin(LEAD), ONE).retain();
  areas.takeBack();
  expect(areas.isEmpty).toBe(true);
  const returned = areas.returned();
  release();
  await returned;
  expect(areas.isEmpty).toBe(false);
});

test('batches that return before the next but one share two areas, so that a slow capture touches no others', () => {
  const areas = new OutputAreas(1, false);
  const used = new Set<number>();
  let release = (): void => {};
  for (let batch = 0; batch < 20; batch += 1) {
    const end = areas.begin(LEAD);
    used.add(end);
    release();
    release = areas.finish(end, ONE).retain();
  }
  expect(used.size).toBe(2);
});

test('an area that returns does not replace the one being filled', () => {
  const areas = new OutputAreas(1, false);
  const release = areas.finish(areas.begin(LEAD), ONE).retain();
  const end = areas.begin(LEAD);
  release();
  expect([...areas.finish(end, ONE).bytes]).toEqual([...LEAD]);
  expect(areas.begin(LEAD)).not.toBe(end);
});
