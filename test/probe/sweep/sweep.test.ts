import { describe, expect, test } from 'vitest';
import { EchoMethod } from '../../../src/probe/methods/icmp-echo.ts';
import type { SweepEvent, SweepOptions, SweepSummary } from '../../../src/probe/sweep/events.ts';
import { sweep } from '../../../src/probe/sweep/sweep.ts';
import { SweepTally } from '../../../src/probe/sweep/tally.ts';
import { SweepTargets, targetText } from '../../../src/probe/sweep/targets.ts';
import { formatSweepEvent } from '../../../src/report/probe/sweep-text.ts';
import { directNetwork, NONCE } from '../../support/simulate.ts';
import type { NetworkDescription } from '../../support/simulation/network-description.ts';
import { SimulatedNetwork } from '../../support/simulation/simulated-network.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function targetsOf(...texts: string[]): SweepTargets {
  const targets = new SweepTargets();
  for (const text of texts) targets.add(text);
  return targets;
}

function all(...texts: string[]): string[] {
  const targets = targetsOf(...texts);
  return Array.from({ length: targets.size }, (_, index) => targetText(targets, index));
}

describe('targets', () => {
  test('networks exclude network and broadcast address, except /31 and /32 (as in fping)', () => {
    expect(all('192.0.2.77/30')).toEqual(['192.0.2.77', '192.0.2.78']);
    expect(all('192.0.2.76/31')).toEqual(['192.0.2.76', '192.0.2.77']);
    expect(all('192.0.2.76/32')).toEqual(['192.0.2.76']);
    expect(targetsOf('10.0.0.0/8').size).toBe(2 ** 24 - 2);
  });

  test('ranges, short ranges and single addresses, in the given order', () => {
    expect(all('192.0.2.254-192.0.3.1', '192.0.2.9-11', '198.51.100.1')).toEqual([
      ...['192.0.2.254', '192.0.2.255', '192.0.3.0', '192.0.3.1'],
      ...['192.0.2.9', '192.0.2.10', '192.0.2.11', '198.51.100.1'],
    ]);
  });

  test('IPv6 networks and ranges, across word boundaries', () => {
    expect(all('2001:db8::/126')).toEqual(['2001:db8::', '2001:db8::1', '2001:db8::2', '2001:db8::3']);
    expect(all('2001:db8::ffff-2001:db8::1:1')).toEqual(['2001:db8::ffff', '2001:db8::1:0', '2001:db8::1:1']);
  });

  test.each([
    ['10.0.0.0/33', /not an address/],
    ['10.0.0.0/a', /not an address/],
    ['10.0.0.9-10.0.0.1', /end is below its start/],
    ['10.0.0.1-2001:db8::1', /not an address/],
    ['2001:db8::/64', /exceeds the limit/],
    ['host', /not an address/],
  ])('%s is refused', (text, message) => {
    expect(() => targetsOf(text)).toThrow(message);
  });

  test('addresses of one family only', () => {
    expect(() => targetsOf('10.0.0.1', '2001:db8::1')).toThrow(/cannot mix IPv4 and IPv6/);
  });
});

async function run(
  destination: NetworkDescription['destination'],
  options: SweepOptions,
  more: Partial<NetworkDescription> = {},
): Promise<{ events: SweepEvent[]; summary: SweepSummary; elapsed: number }> {
  const clock = new VirtualClock();
  await using transport = new SimulatedNetwork(directNetwork(destination, more), clock);
  const events: SweepEvent[] = [];
  const method = new EchoMethod({ family: 4, nonce: NONCE, size: 8 });
  for await (const event of sweep({ transport, clock, method }, options)) events.push(event);
  const summary = events.at(-1);
  if (summary?.type !== 'summary') throw new Error('the run ended without a summary');
  return { events, summary, elapsed: clock.now() };
}

describe('a sweep', () => {
  test('sends one probe to each target when all answer, at the given rate', async () => {
    const { summary, elapsed } = await run({}, { targets: targetsOf('10.0.0.0/22'), rate: 1_000 });
    expect(summary).toMatchObject({ targets: 1022, transmitted: 1022, alive: 1022, silent: 0, unreachable: 0 });
    expect(elapsed).toBeGreaterThan(1_000);
    expect(elapsed).toBeLessThan(1_030);
  });

  test('retries only the targets without reply', async () => {
    const loss = [3, 5];
    const { summary } = await run({ loss }, { targets: targetsOf('10.0.0.1-10'), retries: 1 });
    expect(summary).toMatchObject({ transmitted: 12, alive: 10, silent: 0 });
  });

  test('ends after the last retry, and reports the targets without reply', async () => {
    const options = { targets: targetsOf('10.0.0.1-3'), retries: 2, wait: 100, reportSilent: true };
    const { summary, events, elapsed } = await run({ isSilent: true }, options);
    expect(summary).toMatchObject({ transmitted: 9, alive: 0, silent: 3 });
    expect(events.map((event) => formatSweepEvent(event)).slice(0, 3)).toEqual([
      '10.0.0.1 did not reply\n',
      '10.0.0.2 did not reply\n',
      '10.0.0.3 did not reply\n',
    ]);
    expect(elapsed).toBeGreaterThanOrEqual(300);
  });

  test('reports errors of routers and of the local kernel as unreachable', async () => {
    const hops = [{ address: '192.0.2.254', error: { type: 3, code: 1 } }];
    const refusals = { 1: { errorName: 'EACCES' } };
    const { summary, events } = await run({}, { targets: targetsOf('10.0.0.1-2') }, { hops, refusals });
    expect(summary).toMatchObject({ unreachable: 2, alive: 0, silent: 0 });
    expect(
      events
        .map((event) => formatSweepEvent(event))
        .slice(0, 2)
        .sort(),
    ).toEqual([
      '10.0.0.1 is unreachable (unreachable code 1 from 192.0.2.254)\n',
      '10.0.0.2 is unreachable (local error: Permission denied)\n',
    ]);
  });

  test('counts each target once: an error or a reply after its last timeout is late', async () => {
    const options = { targets: targetsOf('10.0.0.1-3'), retries: 0, wait: 100, rate: 10 };
    const slow = await run({ delay: 150 }, options);
    expect(slow.summary).toMatchObject({ targets: 3, alive: 0, unreachable: 0, silent: 3, late: 2, duplicates: 0 });
    const hops = [{ address: '192.0.2.254', delay: 150, error: { type: 3, code: 1 } }];
    const refused = await run({}, options, { hops });
    expect(refused.summary).toMatchObject({ targets: 3, alive: 0, unreachable: 0, silent: 3, late: 2 });
  });

  test('an address is alive if one of its ports replied, and each port is open, closed or filtered', () => {
    const tally = new SweepTally();
    expect(tally.add(0, 'silent')).toBe(true);
    expect(tally.add(0, 'alive')).toBe(true);
    expect(tally.add(0, 'alive')).toBe(false);
    expect(tally.add(0, 'unreachable')).toBe(false);
    expect(tally.add(1, 'unreachable')).toBe(true);
    expect(tally.add(1, 'silent')).toBe(false);
    expect(tally.addresses).toEqual({ silent: 0, unreachable: 1, alive: 1 });
  });

  test('counts duplicates once, and ignores replies to other programs', async () => {
    const destination = { duplicates: { 0: 2 }, wrongSource: { 1: '192.0.2.99' } };
    const { summary } = await run(destination, { targets: targetsOf('10.0.0.1-2'), wait: 50, retries: 0 });
    expect(summary).toMatchObject({ alive: 1, silent: 1, duplicates: 2 });
  });

  test('a full queue delays probes without losses', async () => {
    const { summary } = await run({}, { targets: targetsOf('10.0.0.0/24'), rate: 0 }, { queue: 10 });
    expect(summary).toMatchObject({ alive: 254, transmitted: 254 });
  });

  test('distinguishes more than 65,536 targets', async () => {
    const { summary } = await run({}, { targets: targetsOf('10.0.0.0/15'), rate: 0 });
    expect(summary).toMatchObject({ targets: 131_070, alive: 131_070, transmitted: 131_070, duplicates: 0 });
  });
});
