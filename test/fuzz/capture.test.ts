/** Short runs of the fuzz targets for files and frames, with fixed seeds; `npm run fuzz` runs longer. @module */
import { describe, expect, test } from 'vitest';
import { fuzzDissect } from '../../fuzz/dissect.ts';
import { SEED_FRAMES } from '../../fuzz/frames.ts';
import { fuzzPcap } from '../../fuzz/pcap.ts';
import { fuzzRewrite } from '../../fuzz/rewrite.ts';
import { dissect } from '../../src/dissect/dissect.ts';
import { PacketPrinter } from '../../src/report/packet/line.ts';
import { lentFrame } from '../support/capture-file.ts';

describe('fuzz targets', () => {
  test('dissect: 20,000 seeds', () => {
    for (let seed = 0; seed < 20_000; seed += 1) fuzzDissect(seed);
  });

  test('pcap: 3,000 seeds', () => {
    for (let seed = 0; seed < 3000; seed += 1) fuzzPcap(seed);
  });

  test('rewrite: 2,000 seeds', () => {
    for (let seed = 0; seed < 2000; seed += 1) fuzzRewrite(seed);
  });

  test('the seed frames are valid: none is truncated', () => {
    for (const frame of SEED_FRAMES) {
      const { layers } = dissect(lentFrame(frame), 1);
      expect(layers.length).toBeGreaterThan(1);
      const kinds = layers.map((layer) => layer.kind);
      expect(kinds, new PacketPrinter({ numeric: true }).format(lentFrame(frame), 1)).not.toContain('truncated');
    }
  });
});
