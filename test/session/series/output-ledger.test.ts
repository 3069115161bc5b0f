/** Shared limits of several series. @module */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pcapFileFormat } from '../../../src/pcap/file-format.ts';
import { FileSeries } from '../../../src/session/series/file-series.ts';
import { OutputLedger } from '../../../src/session/series/output-ledger.ts';
import type { FileSeriesOptions } from '../../../src/session/series/series-options.ts';
import { recordOf, TestGatherer } from '../../support/gathered-batches.ts';

const FORMAT = { linkType: 1, snapLength: 262_144, timestampPrecision: 'micro' } as const;

test('claims never exceed the maximum, and released amounts can be claimed again, also in shared memory', () => {
  const ledger = new OutputLedger();
  const other = new OutputLedger(ledger.memory);
  expect(ledger.claim('taken', 70, 100)).toBe(70);
  expect(other.claim('taken', 70, 100)).toBe(30);
  expect(ledger.claim('taken', 1, 100)).toBe(0);
  other.add('taken', -30);
  expect(ledger.claim('taken', 40, 99.5)).toBe(29);
  expect(other.claim('stored', 2 ** 45, Number.POSITIVE_INFINITY)).toBe(2 ** 45);
  expect([other.total('taken'), ledger.total('stored'), ledger.total('frames')]).toEqual([99, 2 ** 45, 0]);
});

test.each([
  ['limit', 'frameLimit', 60, (_size: number, frames: number) => frames],
  ['byte-limit', 'byteLimit', 9000, (size: number) => size],
  ['quota', 'quota', 9000, (size: number) => size],
] as const)('three series keep to one %s together, however their batches come', async (reason, option, most, used) => {
  const batches = fc.array(fc.record({ series: fc.nat(2), records: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(batches, async (plan) => {
      const folder = mkdtempSync(join(tmpdir(), 'tapline-ledger-'));
      try {
        const gatherer = new TestGatherer();
        const options: FileSeriesOptions = { [option]: most, ledger: new OutputLedger(), freeSpace: { bytes: 0 } };
        const all = [0, 1, 2].map((name) => new FileSeries(join(folder, `${name}`), pcapFileFormat(FORMAT), options));
        let frames = 0;
        for (const { series, records } of plan) {
          const files = all[series] as FileSeries;
          const batch = gatherer.gather(files.lead(), Array<Uint8Array>(records).fill(recordOf(84, 1)));
          frames += (await files.take(batch)).frames;
        }
        for (const files of all) await files.close();
        const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
        expect(all.map(({ ended }) => ended)).toContain(reason);
        expect(size).toBe(frames * 100 + 3 * 24);
        expect(used(size, frames)).toBeLessThanOrEqual(most);
        expect(used(size, frames)).toBeGreaterThan(most - (option === 'frameLimit' ? 1 : 100));
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 20 },
  );
});
