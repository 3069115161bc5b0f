/** The journal of a pending change, whole and damaged. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJournal, encodeJournal, type JournalHeader } from '../../src/configure/journal.ts';
import type { Snapshot } from '../../src/configure/snapshot.ts';

const SCOPE = { interfaces: [2], settings: ['ipv4/conf/all/arp_ignore'], media: 2, multicastRule: true };
const HEADER: JournalHeader = {
  id: '1',
  title: 'MTU of eth\u001b[31m0: 1400',
  phase: 'applied',
  bootId: 'boot',
  deadline: 120_000,
  created: ['eth0.5'],
  watched: [{ address: 'fe80::1%eth0', role: 'gateway' }],
  files: [],
  takenAt: 1000,
  scope: SCOPE,
};
const LINK = new Uint8Array(16);
LINK[4] = 2;
const SNAPSHOT: Snapshot = {
  scope: SCOPE,
  takenAt: 1000,
  objects: [
    { kind: 'link', payload: LINK, lifetime: undefined },
    { kind: 'address', payload: Uint8Array.of(10, 64, 0, 0, 2, 0, 0, 0), lifetime: { preferred: 100, valid: 200 } },
  ],
  settings: new Map([['ipv4/conf/all/arp_ignore', '0']]),
  media: { interfaceIndex: 2, autonegotiation: false, speed: 100, duplex: 'full' },
  rejectsMulticast: false,
  groups: ['2 01005e000001 1 0'],
};
const TEXT = encodeJournal(HEADER, SNAPSHOT);

describe('a journal', () => {
  test('is read as it was written', () => {
    expect(decodeJournal(TEXT)).toEqual({ header: HEADER, snapshot: SNAPSHOT, damagedLines: 0 });
  });

  test('loses one line with each damaged line, and keeps the others', () => {
    const lines = TEXT.trimEnd().split('\n');
    for (const at of lines.keys()) {
      const damaged = lines.map((line, index) => (index === at ? line.replace('"kind"', '"kinD"') : line)).join('\n');
      expect(decodeJournal(damaged).damagedLines).toBeGreaterThanOrEqual(1);
    }
    const withoutHeader = decodeJournal(lines.slice(1).join('\n'));
    expect(withoutHeader.header).toBeUndefined();
    expect(withoutHeader.damagedLines).toBe(1);
    expect(withoutHeader.snapshot.scope).toEqual(SCOPE);
    expect(withoutHeader.snapshot.objects).toEqual(SNAPSHOT.objects);
  });

  test('that ends early is damaged at every length', () => {
    for (let length = 0; length < TEXT.length - 1; length += 1) {
      expect(decodeJournal(TEXT.slice(0, length)).damagedLines).toBeGreaterThan(0);
    }
  });

  test('of any bytes is read without an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeJournal(text).header).toBeUndefined();
      }),
    );
  });
});
