import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProbeState, ProbeTable } from '../../src/probe/probe-table.ts';

describe('the probe table', () => {
  test('stores probes, and grows without mixing them up', () => {
    const table = new ProbeTable(4_096);
    for (let index = 0; index < 4_000; index += 1) expect(table.add(index * 3, index / 2)).toBe(index);
    for (let index = 0; index < 4_000; index += 1) {
      expect([table.owner(index), table.sentAt(index), table.state(index)]).toEqual([
        index * 3,
        index / 2,
        ProbeState.sent,
      ]);
    }
  });

  test('removes the oldest beyond its capacity', () => {
    const table = new ProbeTable(256);
    for (let index = 0; index < 1_000; index += 1) table.add(index, 0);
    expect(table.knows(743)).toBe(false);
    expect(table.knows(744)).toBe(true);
    expect(table.resolve(743, true)).toBe(-1);
    expect(table.resolve(2_000, true)).toBe(-1);
  });

  test('a 16-bit sequence number selects the newest probe with it', () => {
    const table = new ProbeTable(0x2_0000);
    expect(table.bySequence(0)).toBe(-1);
    for (let index = 0; index < 0x1_0005; index += 1) table.add(0, 0);
    expect(table.bySequence(4)).toBe(0x1_0004);
    expect(table.bySequence(5)).toBe(5);
    expect(table.bySequence(0xffff)).toBe(0xffff);
  });

  test('with any number of probes, each is found by its low 16 bits unless a newer one has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.nat(3_000), (count, pick) => {
        const table = new ProbeTable(1_024);
        for (let index = 0; index < count; index += 1) table.add(index, 0);
        const index = pick % count;
        expect(table.bySequence(index & 0xffff)).toBe(table.knows(index) ? index : -1);
      }),
      { numRuns: 50 },
    );
  });

  test('counts duplicates, and clears reused slots', () => {
    const table = new ProbeTable(2);
    table.add(1, 0);
    table.addDuplicate(0);
    expect(table.addDuplicate(0)).toBe(2);
    table.setSentAt(0, 5, true);
    expect(table.isKernelSent(0)).toBe(true);
    table.add(1, 0);
    table.add(9, 1); // the slot of probe 0
    expect([table.owner(2), table.isKernelSent(2), table.addDuplicate(2)]).toEqual([9, false, 1]);
  });
});
