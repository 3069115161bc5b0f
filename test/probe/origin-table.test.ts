import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OriginTable } from '../../src/probe/origin-table.ts';

function tableOf(text: string): OriginTable {
  const table = new OriginTable();
  for (const line of text.split('\n')) table.addLine(line);
  table.seal();
  return table;
}

const EXAMPLE = { asn: 64_496, country: undefined, name: 'Example' };

describe('lines of the usual files', () => {
  test.each([
    ['prefix, system, name', '192.0.2.0/24 AS64496 Example'],
    ['CSV', '192.0.2.0/24,64496,Example'],
    [
      'CSV with titles (GeoLite2 ASN blocks)',
      'network,autonomous_system_number,organization\n192.0.2.0/24,64496,"Example"',
    ],
    ['comments, blank lines, line ends of DOS', '# who\n\n192.0.2.0/24 64496 Example\r'],
  ])('%s', (_kind, text) => {
    expect(tableOf(text).find('192.0.2.200')).toEqual(EXAMPLE);
  });

  test('pfx2as of RouteViews: prefix, length, and systems of which the first counts', () => {
    const table = tableOf('192.0.2.0\t24\t64496_64497\n198.51.100.0\t24\t64498,64499\n2001:db8::\t32\t64500');
    expect(['192.0.2.1', '198.51.100.1', '2001:db8:1::1'].map((one) => table.find(one)?.asn)).toEqual([
      64_496, 64_498, 64_500,
    ]);
  });

  test('iptoasn: first and last address, system, country, name; system 0 is not routed', () => {
    const table = tableOf(
      '192.0.2.0\t192.0.2.127\t64496\tZZ\tEXAMPLE - An Example\n192.0.2.128\t192.0.2.255\t0\tNone\tNot routed',
    );
    expect(table.find('192.0.2.5')).toEqual({ asn: 64_496, country: 'ZZ', name: 'EXAMPLE - An Example' });
    expect(table.find('192.0.2.129')).toBeUndefined();
  });

  test('quotes in CSV, host bits in a prefix, the longest prefix of several', () => {
    const table = tableOf('192.0.2.77/24,64496,"A ""quoted"", name"\n192.0.2.64/26,64497,B\n0.0.0.0/0,64498,C');
    expect(table.find('192.0.2.1')?.name).toBe('A "quoted", name');
    expect(table.find('192.0.2.70')?.asn).toBe(64_497);
    expect(table.find('203.0.113.1')?.asn).toBe(64_498);
    expect(table.find('2001:db8::1')).toBeUndefined();
    expect(table.find('no address')).toBeUndefined();
  });
});

describe('lines that are none', () => {
  test.each([
    'nonsense',
    '192.0.2.0/33 64496',
    '192.0.2.0/24',
    '192.0.2.0/24 ASx',
    '192.0.2.0/24 4294967296',
    '192.0.2.9 192.0.2.1 64496',
    '192.0.2.9 2001:db8::1 64496',
    '192.0.2.0 24',
    '192.0.2.0/ 64496',
    `192.0.2.0/24 64496 ${'x'.repeat(5_000)}`,
  ])('%s', (line) => {
    expect(() => tableOf(`# titles\n${line}`)).toThrow(/^line 2: not a network with an AS number: /);
  });

  test('names cannot send escapes, and are cut', () => {
    const name = tableOf(`192.0.2.0/24 64496 \x1b[2J${'x'.repeat(500)}`).find('192.0.2.1')?.name ?? '';
    expect([name.slice(0, 4), name.length]).toEqual(['^[[2', 80]);
    expect(() => tableOf('#\n\x1b[2J')).toThrow('line 2: not a network with an AS number: ^[[2J');
  });

  test('any text at all: understood or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (line) => {
        try {
          tableOf(line);
        } catch (error) {
          expect(error).toMatchObject({ code: 'FILE_FORMAT' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
