import { describe, expect, test } from 'vitest';
import { OriginTable } from '../../../src/probe/origin-table.ts';
import { formatMtrCsv, formatMtrPrometheus, formatMtrXml } from '../../../src/report/probe/mtr-export.ts';
import { formatMtrTable, unknownColumns } from '../../../src/report/probe/mtr-text.ts';
import { discloseHops, discloseMonitor, discloseTraceroute } from '../../../src/report/probe/path-disclosure.ts';
import { tracerouteDot } from '../../../src/report/probe/traceroute-dot.ts';
import { formatTracerouteEvent } from '../../../src/report/probe/traceroute-text.ts';
import { directNetwork, simulateMonitor, simulateTraceroute } from '../../support/simulate.ts';

const NETWORK = directNetwork(
  { delay: 4 },
  {
    target: '203.0.113.9',
    hops: [
      { address: '10.0.1.1', delay: 1, natSource: '198.51.100.77' },
      { address: '10.0.2.1', delay: 2, mpls: [{ label: 7, trafficClass: 0, isBottom: true, ttl: 1 }] },
      { address: '198.51.100.9', delay: 3 },
    ],
  },
);

function origins(): OriginTable {
  const table = new OriginTable();
  table.addLine('198.51.100.0\t198.51.100.255\t64496\tZZ\tExample');
  table.addLine('203.0.113.0/24 64497 Other');
  table.seal();
  return table;
}
const table = origins();
const originOf = (address: string): ReturnType<OriginTable['find']> => table.find(address);

describe('whose networks', () => {
  test('in a traceroute: before the address, as traceroute -a has it', async () => {
    const { events } = await simulateTraceroute(NETWORK, { probes: 1 });
    const shown = events.map((event) => discloseTraceroute(event, { hiddenHops: 0, originOf }));
    const lines = shown.filter((event) => event.type === 'hop').map((event) => formatTracerouteEvent(event));
    expect(lines).toEqual([
      ' 1  10.0.1.1  1.000 ms\n',
      ' 2  10.0.2.1  2.000 ms\n',
      ' 3  [AS64496 ZZ] 198.51.100.9  3.000 ms\n',
      ' 4  [AS64497] 203.0.113.9  4.000 ms\n',
    ]);
    expect(JSON.stringify(shown[3])).toContain('"origin":{"asn":64496,"country":"ZZ","name":"Example"}');
  });

  test('in a watched path: in the table, CSV, XML and Prometheus', async () => {
    const { summary } = await simulateMonitor(NETWORK, { count: 1 });
    const hops = discloseHops(summary.hops, { hiddenHops: 0, originOf });
    expect(formatMtrTable(hops, { showOrigins: true }).split('\n').slice(1, 4)).toEqual([
      expect.stringMatching(/^ {2}1\. AS\?\?\? {6} 10\.0\.1\.1 /),
      expect.stringMatching(/^ {2}2\. AS\?\?\? {6} 10\.0\.2\.1 /),
      expect.stringMatching(/^ {2}3\. AS64496 ZZ {2}198\.51\.100\.9 /),
    ]);
    expect(formatMtrCsv('t', hops).split('\n')[3]).toMatch(/^t,3,198\.51\.100\.9,AS64496 ZZ,0\.0,/);
    expect(formatMtrPrometheus('t', hops)).toContain('hop="3",address="198.51.100.9",asn="64496"} 0\n');
    expect(formatMtrXml('a<b&"c"', 1, hops)).toContain(
      '<MTR DST="a&lt;b&amp;&quot;c&quot;" TESTS="1">\n  <HUB COUNT="1" HOST="10.0.1.1">\n    <Loss>0.0</Loss>\n',
    );
    expect(formatMtrXml('t', 1, hops)).toContain('<HUB COUNT="3" HOST="198.51.100.9" ORIGIN="AS64496 ZZ">\n');
  });
});

describe('hops that are not told', () => {
  const hidden = { hiddenHops: 2, originOf };
  const SECRETS = /10\.0\.1\.1|10\.0\.2\.1|192\.0\.2\.1|198\.51\.100\.77|"label":7/;

  test('in a traceroute: no address, name, label or translated address, in text, JSON and graph', async () => {
    const { events } = await simulateTraceroute(NETWORK, { probes: 1, source: '192.0.2.1' });
    expect(JSON.stringify(events)).toMatch(SECRETS);
    const told = events.map((event) => discloseTraceroute(event, hidden));
    expect(JSON.stringify(told)).not.toMatch(SECRETS);
    const style = { showExtensions: true, showChanges: true, nameOf: (address: string) => `name-of-${address}` };
    const text = told.map((event) => formatTracerouteEvent(event, style)).join('');
    expect(text).not.toMatch(SECRETS);
    expect(text).toContain(' 1  hidden  1.000 ms\n 2  hidden  2.000 ms\n 3  [AS64496 ZZ] name-of-198.51.100.9');
    expect(text).toContain('<NAT: from hidden>');
    const graph = tracerouteDot(
      'here',
      't',
      told.filter((event) => event.type === 'hop'),
    );
    expect(graph).toContain('"here" -> "hidden 1"');
    expect(graph).toContain('"hidden 1" -> "hidden 2"');
  });

  test('in a watched path: round trips stay, addresses go', async () => {
    const { summary } = await simulateMonitor(NETWORK, { count: 2 });
    expect(JSON.stringify(summary)).toMatch(SECRETS);
    const told = discloseMonitor(summary, hidden);
    expect(JSON.stringify(told)).not.toMatch(SECRETS);
    const change = discloseMonitor({ type: 'path-change', round: 1, hop: 2, address: '10.0.2.1' }, hidden);
    expect(change).toMatchObject({ address: 'hidden' });
    if (told.type !== 'summary') throw new Error('a summary stays one');
    expect(formatMtrTable(told.hops, { nameOf: () => undefined })).toMatch(/^ {2}1\. hidden .* 0\.0% .* 1\.00 /m);
    expect(
      [formatMtrCsv('t', told.hops), formatMtrXml('t', 2, told.hops), formatMtrPrometheus('t', told.hops)].join(),
    ).not.toMatch(SECRETS);
  });
});

test('columns: letters of mtr, blanks between them, and the geometric mean', async () => {
  const { summary } = await simulateMonitor(directNetwork({ delay: [1, 4] }), { count: 2 });
  expect(formatMtrTable(summary.hops, { columns: 'A G' })).toMatch(/Avg {3}Gmean\n.* 2\.50 {4}2\.00\n$/);
  expect([unknownColumns('LFDRSNABWVGJMXI '), unknownColumns('LQ9')]).toEqual(['', 'Q9']);
});
