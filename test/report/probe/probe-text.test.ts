/** What the probing commands print beside ping(8)'s and traceroute(8)'s own screens. */
import { describe, expect, test } from 'vitest';
import { formatMtrCsv, formatMtrPrometheus } from '../../../src/report/probe/mtr-export.ts';
import { formatMtrTable, sparkline } from '../../../src/report/probe/mtr-text.ts';
import { pingFiguresText, pingHistogramText } from '../../../src/report/probe/ping-figures-text.ts';
import { iputilsTextFormatter } from '../../../src/report/probe/ping-iputils-text.ts';
import { pingInterimText, pingTextFormatter } from '../../../src/report/probe/ping-text.ts';
import { ProbeJsonDocument, probeEventToJsonLine } from '../../../src/report/probe/probe-json.ts';
import { sweepProgressText } from '../../../src/report/probe/sweep-text.ts';
import { tracerouteDot } from '../../../src/report/probe/traceroute-dot.ts';
import { formatTracerouteEvent } from '../../../src/report/probe/traceroute-text.ts';
import { directNetwork, simulateMonitor, simulatePing, simulateTraceroute } from '../../support/simulate.ts';
import type { NetworkDescription } from '../../support/simulation/network-description.ts';

const chain: NetworkDescription = directNetwork(
  { delay: 3 },
  {
    hops: [
      { address: '10.0.1.1', delay: [1, 2] },
      { address: '10.0.2.1', delay: 2, loss: [1] },
    ],
    target: '203.0.113.9',
  },
);

describe('ping in iputils’ words', () => {
  test('answers from sequence number 1 on, three significant digits, errors, and losses with %g', async () => {
    const run = await simulatePing(directNetwork({ delay: [0.04, 2.214, 21.44, 1501.4], loss: [4, 5] }), {
      count: 6,
      wait: 2_000,
      interval: 2_000,
      reportOutstanding: true,
    });
    const format = iputilsTextFormatter();
    expect(run.events.map(format).join('')).toBe(
      'PING 192.0.2.2 (192.0.2.2) 56(84) bytes of data.\n' +
        '64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=0.040 ms\n' +
        '64 bytes from 192.0.2.2: icmp_seq=2 ttl=64 time=2.21 ms\n' +
        '64 bytes from 192.0.2.2: icmp_seq=3 ttl=64 time=21.4 ms\n' +
        '64 bytes from 192.0.2.2: icmp_seq=4 ttl=64 time=1501 ms\n' +
        'no answer yet for icmp_seq=5\nno answer yet for icmp_seq=6\n' +
        '\n--- 192.0.2.2 ping statistics ---\n' +
        '6 packets transmitted, 4 received, 33.3333% packet loss, time 12000ms\n' +
        'rtt min/avg/max/mdev = 0.040/381.273/1501.400/646.759 ms\n',
    );
  });

  test('errors and strangers', async () => {
    const format = iputilsTextFormatter();
    const filtered = await simulatePing(directNetwork({ error: { type: 3, code: 13 } }), { count: 1, wait: 100 });
    expect(filtered.events.map(format).join('')).toContain('From 192.0.2.2 icmp_seq=1 Packet filtered\n');
    const stranger = await simulatePing(directNetwork({ wrongSource: { 0: '192.0.2.9' } }), { count: 1, wait: 100 });
    expect(stranger.events.map(format).join('')).toContain('From 192.0.2.9: icmp_seq=1 (DIFFERENT ADDRESS!)\n');
  });
});

describe('ping', () => {
  test('quiet, flood, audible and time-outs', async () => {
    const run = await simulatePing(directNetwork({ loss: [1] }), {
      count: 3,
      interval: 10,
      wait: 50,
      reportSent: true,
      reportOutstanding: true,
    });
    const text = (options: Parameters<typeof pingTextFormatter>[0]): string =>
      run.events.map(pingTextFormatter(options)).join('');
    expect(text({ isQuiet: true }).split('\n')).toHaveLength(6);
    expect(text({})).toContain('Request timeout for icmp_seq 1\n');
  });

  test('the line of SIGQUIT, percentiles and the histogram', async () => {
    const run = await simulatePing(directNetwork({ delay: [1, 1, 2, 4] }), { count: 4 });
    expect(pingInterimText(run.summary)).toBe('4/4 packets received (100%) 1.000 min / 2.000 avg / 4.000 max\n');
    expect(pingFiguresText(run.summary)).toBe(
      'median/p90/p99/jitter = 1.000/4.000/4.000/0.184 ms\nloss bursts: 0, longest: 0 packets\n',
    );
    const rows = pingHistogramText(run.summary).trimEnd().split('\n');
    expect(rows.map((row) => Number(/ms +(\d+)/.exec(row)?.[1]))).toEqual([2, 0, 1, 0, 1]);
  });
});

describe('a watched path', () => {
  test('as a table, with its losses explained', async () => {
    const { summary } = await simulateMonitor(chain, { count: 4 });
    expect(formatMtrTable(summary.hops, { columns: 'LFSNABW', width: 70 })).toBe(
      'Host                    Loss%   Fwd%   Snt   Last    Avg   Best   Wrst\n' +
        '  1. 10.0.1.1            0.0%   0.0%     4   2.00   1.75   1.00   2.00\n' +
        '  2. 10.0.2.1           25.0%   0.0%     4   2.00   2.00   2.00   2.00\n' +
        '  3. 203.0.113.9         0.0%   0.0%     4   3.00   3.00   3.00   3.00\n',
    );
    expect(summary.hops.map(sparkline)).toEqual(['▅███', '█×██', '████']);
  });

  test('as CSV and for Prometheus', async () => {
    const { summary } = await simulateMonitor(chain, { count: 2 });
    const rows = formatMtrCsv('a "host", quoted', summary.hops).split('\n');
    expect(rows[1]).toMatch(/^"a ""host"", quoted",1,10\.0\.1\.1,,0\.0,/);
    expect(formatMtrPrometheus('t', summary.hops)).toContain(
      'tapline_path_loss_ratio{target="t",hop="2",address="10.0.2.1"} 0.5\n',
    );
  });

  test('names of hosts cannot reach the terminal', async () => {
    const { summary } = await simulateMonitor(chain, { count: 1 });
    expect(formatMtrTable(summary.hops, { nameOf: () => 'x\x1b[2J' })).not.toContain('\x1b');
    const trace = await simulateTraceroute(chain, { address: Uint8Array.of(203, 0, 113, 9), target: 'x\x1b[2J\n' });
    const text = trace.events.map((event) => formatTracerouteEvent(event, { nameOf: () => 'y\x1b[2J\n' })).join('');
    expect(text).toMatch(/^traceroute to x\^\[\[2J\^J \(203\.0\.113\.9\), .*\n 1 {2}y\^\[\[2J\^J \(10\.0\.1\.1\) /);
    for (const style of [pingTextFormatter(), iputilsTextFormatter()]) {
      const run = await simulatePing(directNetwork({}), {
        count: 1,
        address: Uint8Array.of(192, 0, 2, 2),
        target: 'x\x1b[2J\n',
      });
      expect(run.events.map(style).join('')).toMatch(
        /^PING x\^\[\[2J\^J \([\s\S]*\n--- x\^\[\[2J\^J ping statistics ---\n/,
      );
    }
  });
});

test('several paths as a graph', async () => {
  const paths = [{ address: '10.0.2.1' }, { address: '10.0.2.2' }];
  const network = { ...chain, hops: [{ address: '10.0.1.1' }, { paths, balance: 'flow' as const }] };
  const run = await simulateTraceroute(network, { isMultipath: true });
  const dot = tracerouteDot('192.0.2.1', '203.0.113.9', run.hops);
  expect(dot).toMatch(
    /^digraph "203\.0\.113\.9" \{\n {2}rankdir=LR;\n {2}"192\.0\.2\.1" -> "10\.0\.1\.1" \[label="\d+"\];\n/,
  );
  expect(dot).toMatch(/"10\.0\.1\.1" -> "10\.0\.2\.1".*\n[\s\S]*"10\.0\.1\.1" -> "10\.0\.2\.2"/);
});

test('a graph has edges only where probes were sent: silent hops are nodes', async () => {
  const hops = [{ address: '10.0.1.1' }, { address: '10.0.2.1', isSilent: true }, { address: '10.0.3.1' }];
  const run = await simulateTraceroute({ ...chain, hops, destination: {} }, { isMultipath: true });
  const edges = tracerouteDot('192.0.2.1', '203.0.113.9', run.hops).match(/"[^"]+" -> "[^"]+"/g);
  expect(edges).toEqual([
    '"192.0.2.1" -> "10.0.1.1"',
    '"10.0.1.1" -> "no reply 2"',
    '"no reply 2" -> "10.0.3.1"',
    '"10.0.3.1" -> "203.0.113.9"',
  ]);
  // A hop that a flow did not probe cuts its path.
  const [first, , third] = run.hops;
  const cut = [first, third].flatMap((hop) => (hop === undefined ? [] : [hop]));
  const gap = cut.map((hop, at) => (at === 0 ? { ...hop, probes: [] } : hop));
  expect(tracerouteDot('192.0.2.1', '203.0.113.9', gap)).not.toContain('->');
});

describe('JSON', () => {
  test('bytes are hexadecimal, a line is a line', () => {
    expect(probeEventToJsonLine({ type: 'reply', options: Uint8Array.of(1, 255) })).toBe(
      '{"type":"reply","options":"01ff"}\n',
    );
  });

  test('a document is whole without events, and with an error', () => {
    expect(JSON.parse(new ProbeJsonDocument().finish('no "route"'))).toEqual({
      events: [],
      summary: null,
      error: 'no "route"',
    });
    const document = new ProbeJsonDocument();
    document.add({ type: 'start' });
    document.add({ type: 'summary' });
    expect(JSON.parse(document.finish())).toEqual({ events: [{ type: 'start' }], summary: { type: 'summary' } });
  });
});

test('progress of a sweep', () => {
  const counts = { type: 'summary', targets: 4, transmitted: 2, alive: 1, unreachable: 0, silent: 0 } as const;
  const rest = {
    ports: undefined,
    duplicates: 0,
    late: 0,
    droppedByUs: 0,
    duration: 1,
    roundTrip: undefined,
    progress: 0.5,
  };
  expect(sweepProgressText({ ...counts, ...rest }, 4)).toBe('[##  ]  50 % 1 alive');
});
