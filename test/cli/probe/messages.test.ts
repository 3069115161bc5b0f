/** The messages and the help of the probing commands stay as they are, and docs/probes.md agrees with them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mtrCommand } from '../../../src/cli/commands/mtr.ts';
import { pingCommand } from '../../../src/cli/commands/ping.ts';
import { sweepCommand } from '../../../src/cli/commands/sweep.ts';
import { tracerouteCommand } from '../../../src/cli/commands/traceroute.ts';
import { createContext } from '../../../src/cli/context.ts';
import { parseMtr } from '../../../src/cli/probe/mtr-options.ts';
import { parsePing } from '../../../src/cli/probe/ping-options.ts';
import { parseSweep } from '../../../src/cli/probe/sweep-options.ts';
import { parseTraceroute } from '../../../src/cli/probe/traceroute-options.ts';
import { openTransport } from '../../../src/probe/open-transport.ts';
import { OriginTable } from '../../../src/probe/origin-table.ts';
import { resolveTarget } from '../../../src/probe/resolve-target.ts';
import { SweepTargets } from '../../../src/probe/sweep/targets.ts';
import { extensionsText } from '../../../src/report/probe/icmp-extensions-text.ts';
import { formatMtrTable } from '../../../src/report/probe/mtr-text.ts';
import { pingFiguresText } from '../../../src/report/probe/ping-figures-text.ts';
import { pingTextFormatter } from '../../../src/report/probe/ping-text.ts';
import { formatSweepEvent } from '../../../src/report/probe/sweep-text.ts';
import { formatTracerouteEvent } from '../../../src/report/probe/traceroute-text.ts';
import { mtrWords, PROBE_HELP, pingWords, sweepWords, tracerouteWords } from '../../support/command-words.ts';
import { directNetwork, simulateMonitor, simulatePing, simulateTraceroute } from '../../support/simulate.ts';

/** The message of what `work` throws. */
function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
}

const ping = (...words: string[]): string => messageOf(() => parsePing(pingWords(...words)));
const traceroute = (...words: string[]): string => messageOf(() => parseTraceroute(tracerouteWords(...words)));
const mtr = (...words: string[]): string => messageOf(() => parseMtr(mtrWords(...words)));
const sweep = (...words: string[]): string => messageOf(() => parseSweep(sweepWords(...words)));

describe('errors', () => {
  test('of the command line', () => {
    expect([
      ping('-4', '-6', 'h'),
      ping('--json', '--ndjson', 'h'),
      ping('--pcap', 'f', 'a', 'b'),
      ping('-M', 'mask', '--node-info', 'name', 'h'),
      ping('-p', 'xyz', 'h'),
      ping('-S', 'here', 'h'),
      ping('-c', '0', 'h'),
      ping('-i', 'x', 'h'),
      ping('-i', '.', 'h'),
      ping('-M', 'time', '-s', '8', 'h'),
      ping('--node-info', 'name', '-p', 'ff', 'h'),
      traceroute('--dot', '--json', 'h'),
      traceroute('--mtu', '-P', 'tcp', 'h'),
      traceroute('--hide', '1', '--pcap', 'f', 'h'),
      traceroute('-f', '9', '-m', '8', 'h'),
      mtr('--csv', '--xml', 'h'),
      mtr('-o', 'LQ9', 'h'),
      mtr('-P', 'icmp', '-p', '80', 'h'),
      traceroute('-P', 'tcp', '--classic', 'h'),
      sweep('-p', '80-22'),
      sweep('-a', '-u', '10.0.0.1'),
      sweep('-u', '-p', '80', '10.0.0.1'),
    ]).toMatchSnapshot();
  });

  test('of targets, transports and tables', () => {
    const targets = (...texts: string[]): string =>
      messageOf(() => {
        const all = new SweepTargets();
        for (const text of texts) all.add(text);
      });
    const needs = { family: 4, protocol: 'icmp', destination: new Uint8Array(4), zone: 'eth0' } as const;
    expect([
      targets('10.0.0.0/33'),
      targets('10.0.0.1', '::1'),
      targets('10.0.0.9-10.0.0.1'),
      targets('2001:db8::/64'),
      messageOf(() => resolveTarget('::1', 4)),
      messageOf(() => openTransport(needs, { interface: 'lo' })),
      messageOf(() => openTransport(needs, { source: 'here' })),
      messageOf(() => {
        const table = new OriginTable();
        for (const line of ['10.0.0.0/8 64496', 'nonsense']) table.addLine(line);
      }),
    ]).toMatchSnapshot();
  });
});

describe('lines of the screens that are not those of ping(8) and traceroute(8)', () => {
  test('ping', async () => {
    const format = pingTextFormatter({ isVerbose: true });
    const strangers = await simulatePing(directNetwork({ wrongSource: { 0: '192.0.2.9' }, wrongChecksum: [1] }), {
      count: 2,
      wait: 100,
      interval: 10,
    });
    expect(strangers.events.map(format).filter((line) => line.includes('ignored'))).toMatchSnapshot();
    const lossy = await simulatePing(directNetwork({ loss: [1, 2] }), { count: 4, wait: 100, interval: 10 });
    expect(pingFiguresText({ ...lossy.summary, droppedByUs: 3 })).toMatchSnapshot();
  });

  test('traceroute and mtr', async () => {
    const hidden = { hop: 1, type: 'hop', silence: 'lost', pathMtu: 1400, isLast: false } as const;
    const refused = { flow: 0, answer: undefined, errorName: 'EMSGSIZE', mtu: 1400 };
    const silent = { ...refused, errorName: undefined, mtu: undefined };
    expect(formatTracerouteEvent({ ...hidden, probes: [refused, silent] }, { showLoss: true })).toMatchSnapshot();
    const nat = await simulateTraceroute(
      directNetwork({}, { target: '203.0.113.9', hops: [{ address: '10.0.1.1', natSource: '198.51.100.77' }] }),
      { probes: 1 },
    );
    expect(nat.hops.map((hop) => formatTracerouteEvent(hop, { showChanges: true }))).toMatchSnapshot();
    const extensions = { quoteLength: 28, found: 'length', objects: [], isMalformed: true } as const;
    expect([
      extensionsText({ ...extensions, checksum: 'bad' }),
      extensionsText({ ...extensions, checksum: 'ok' }),
    ]).toMatchSnapshot();
    const { summary } = await simulateMonitor(directNetwork({}, { hops: [{ address: '10.0.1.1', isSilent: true }] }), {
      count: 1,
    });
    expect(formatMtrTable(summary.hops)).toMatchSnapshot();
  });

  test('sweep', () => {
    const address = '192.0.2.1';
    const alive = { type: 'alive', address, isFirst: true, time: 1, hopLimit: 64 } as const;
    const ports = { open: 1, closed: 2, filtered: 0 };
    const portNumber = undefined;
    const counts = { type: 'summary', targets: 2, transmitted: 3, alive: 1, unreachable: 0, silent: 1 } as const;
    const unreachable = { type: 'unreachable', address, portNumber, code: 0 } as const;
    const run = { duplicates: 0, duration: 1_234, roundTrip: undefined };
    expect([
      formatSweepEvent({ ...alive, portNumber: undefined, port: undefined }),
      formatSweepEvent({ ...alive, portNumber: 22, port: 'open' }),
      formatSweepEvent({ type: 'silent', address, portNumber }),
      formatSweepEvent({ type: 'silent', address, portNumber: 443 }),
      formatSweepEvent({ ...unreachable, by: '192.0.2.254', kind: 'unreachable', code: 1, errorName: undefined }),
      formatSweepEvent({ ...unreachable, by: undefined, kind: undefined, errorName: 'ENETUNREACH' }),
      formatSweepEvent({ ...counts, ...run, ports: undefined, late: 0, droppedByUs: 4 }),
      formatSweepEvent({ ...counts, ...run, ports, late: 2, droppedByUs: 0 }),
    ]).toMatchSnapshot();
  });
});

describe.each(Object.keys(PROBE_HELP))('help of %s', (name) => {
  test('stays', async () => {
    expect(await PROBE_HELP[name]?.()).toMatchSnapshot();
  });
});

test('docs/probes.md lists the exit statuses that the help lists', () => {
  const docs = readFileSync(new URL('../../../docs/probes.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
  const context = createContext();
  for (const command of [pingCommand, tracerouteCommand, mtrCommand, sweepCommand]) {
    const { exitStatus = '' } = command(context);
    expect(exitStatus).toMatch(/^Exit status: 0 /);
    expect(docs).toContain(exitStatus.replace('Exit status: ', ''));
  }
});
