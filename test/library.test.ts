/** The library as a whole: importing it loads no native code. */
import { expect, test } from 'vitest';

interface ProcessReport {
  readonly sharedObjects: readonly string[];
}

test('importing tapline loads no native code', async () => {
  const library = await import('../src/index.ts');
  expect(library.openLive).toBeTypeOf('function');
  const { sharedObjects } = process.report.getReport() as unknown as ProcessReport;
  expect(sharedObjects.length).toBeGreaterThan(0);
  expect(sharedObjects.filter((path) => /koffi|raw/.test(path))).toEqual([]);
});
