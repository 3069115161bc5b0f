/** The command lines of the probing commands, as typed options. */
import { describe, expect, test } from 'vitest';
import { parseMtr } from '../../../src/cli/probe/mtr-options.ts';
import { parsePing } from '../../../src/cli/probe/ping-options.ts';
import { parseSweep } from '../../../src/cli/probe/sweep-options.ts';
import { parseTraceroute } from '../../../src/cli/probe/traceroute-options.ts';
import { mtrWords, pingWords, sweepWords, tracerouteWords } from '../../support/command-words.ts';

const CONFINEMENT = { isVerbose: false, user: undefined, output: undefined, looksUpNames: false };
const COMMON = {
  family: undefined,
  format: 'text',
  pcap: undefined,
  resolvesNames: true,
  confinement: CONFINEMENT,
};

describe('ping', () => {
  test('without options', () => {
    expect(parsePing(pingWords('h'))).toEqual({
      ...COMMON,
      hosts: ['h'],
      run: {
        transport: 'auto',
        isFlood: false,
        isAdaptive: false,
        stopOnReply: false,
        anySource: false,
        recordRoute: false,
        reportSent: false,
        reportOutstanding: false,
        reportShortQuotes: false,
      },
      screen: {
        style: 'bsd',
        isQuiet: false,
        isVerbose: false,
        isFlood: false,
        isAudible: false,
        showsTimeOfDay: false,
        showsFigures: false,
        showsHistogram: false,
      },
    });
  });

  test('seconds become milliseconds, patterns bytes, and sizes numbers', () => {
    const words = '-6 -c 3 -i 0.2 -W 1.5 -t 9 -m 7 -l 4 -s 100 -p 0aff -D -S fe80::1%eth0 -I eth0 --tos 184 a b';
    const { family, hosts, run } = parsePing(pingWords(...words.split(' ')));
    expect([family, hosts]).toEqual([6, ['a', 'b']]);
    expect(run).toMatchObject({
      count: 3,
      interval: 200,
      wait: 1_500,
      deadline: 9_000,
      hopLimit: 7,
      preload: 4,
      size: 100,
      pattern: Uint8Array.of(0x0a, 0xff),
      pathMtu: 'do',
      source: 'fe80::1%eth0',
      interface: 'eth0',
      trafficClass: 184,
    });
    expect(run).not.toHaveProperty('sizes');
  });

  test('a sweep of sizes; -g alone is a size', () => {
    expect(parsePing(pingWords('-g', '8', '-G', '64', '--sweep-step', '4', 'h')).run).toMatchObject({
      sizes: { from: 8, to: 64, step: 4 },
    });
    expect(parsePing(pingWords('-G', '64', 'h')).run).toMatchObject({ sizes: { from: 0, to: 64, step: 1 } });
    const alone = parsePing(pingWords('-g', '8', '-s', '9', 'h')).run;
    expect(alone).toMatchObject({ size: 8 });
    expect(alone).not.toHaveProperty('sizes');
  });

  test('numbers of seconds as strtod(3) reads them, patterns of odd length as ping(8) does', () => {
    const { run } = parsePing(pingWords('-i', '.2', '-W', '5.', '-t', '1e1', '-p', 'f', '-s', '65527', 'h'));
    expect(run).toMatchObject({ interval: 200, wait: 5_000, deadline: 10_000, size: 65_527 });
    expect(run.pattern).toEqual(Uint8Array.of(0x0f));
    expect(parsePing(pingWords('-p', 'fff', 'h')).run.pattern).toEqual(Uint8Array.of(0xff, 0x0f));
  });

  test('other messages', () => {
    expect(parsePing(pingWords('-M', 'time', 'h')).run).toMatchObject({ message: 'timestamp' });
    expect(parsePing(pingWords('--node-info', 'name', 'h')).run).toMatchObject({ nodeInformation: 'name' });
  });
});

test('-Z, --pcap, -v and -n decide what a run keeps', () => {
  const output = { path: 'p.pcapng', isSeries: false, overwrites: false };
  const { confinement } = parsePing(pingWords('-Z', 'daemon', '--pcap', 'p.pcapng', '-v', 'h'));
  expect(confinement).toEqual({ isVerbose: true, user: 'daemon', output, looksUpNames: false });
  expect(parseTraceroute(tracerouteWords('-n', 'h')).confinement).toEqual(CONFINEMENT);
});

test('traceroute', () => {
  const { run, ...rest } = parseTraceroute(tracerouteWords('h'));
  expect(run).toEqual({
    transport: 'auto',
    protocol: 'udp',
    isClassic: false,
    maxHops: 64,
    retry: true,
    isMultipath: false,
    findPathMtu: false,
    reportShortQuotes: false,
  });
  expect(rest).toEqual({
    ...COMMON,
    confinement: { ...CONFINEMENT, looksUpNames: true },
    host: 'h',
    showsExtensions: false,
    originFile: undefined,
    hiddenHops: 0,
    isVerbose: false,
    showsLoss: false,
    showsChanges: false,
    showsBackward: false,
    isGraph: false,
  });
  const all = '-4 -f 2 -m 9 -q 1 -w 0.5 -N 8 --pause 0.1 -g 3 -P tcp -p 443 --dot --no-retry --hide 2 h'.split(' ');
  expect(parseTraceroute(tracerouteWords(...all))).toMatchObject({
    family: 4,
    hiddenHops: 2,
    isGraph: true,
    run: {
      firstHop: 2,
      maxHops: 9,
      probes: 1,
      wait: 500,
      parallel: 8,
      pause: 100,
      gapLimit: 3,
      protocol: 'tcp',
      port: 443,
      isMultipath: true,
      retry: false,
    },
  });
});

test('mtr', () => {
  const { run, form, columns } = parseMtr(mtrWords('h'));
  expect(run).toEqual({ transport: 'auto', protocol: 'icmp', isClassic: false, maxHops: 30 });
  expect([form, columns]).toEqual(['screen', undefined]);
  expect(parseMtr(mtrWords('-r', 'h')).form).toBe('report');
  for (const form of ['csv', 'xml', 'prometheus'] as const)
    expect(parseMtr(mtrWords(`--${form}`, 'h')).form).toBe(form);
  expect(parseMtr(mtrWords('-c', '5', '-i', '0.1', '--give-up-after', '3', '-o', 'LS', '--json', 'h'))).toMatchObject({
    format: 'json',
    columns: 'LS',
    run: { count: 5, interval: 100, giveUpAfter: 3 },
  });
});

test('sweep', () => {
  expect(parseSweep(sweepWords('10.0.0.0/24'))).toEqual({
    ...COMMON,
    targets: ['10.0.0.0/24'],
    file: undefined,
    run: { transport: 'auto', reportSilent: false },
    wanted: undefined,
    isQuiet: false,
    listed: undefined,
  });
  expect(parseSweep(sweepWords('-p', '22,80-82', '--rate', '0', '-r', '0', '-w', '0.3', '-x', '2'))).toMatchObject({
    listed: undefined,
    wanted: 2,
    run: { reportSilent: false, ports: [22, 80, 81, 82], rate: 0, retries: 0, wait: 300 },
  });
  expect(parseSweep(sweepWords('-u'))).toMatchObject({ listed: 'unreachable', run: { reportSilent: true } });
  expect(parseSweep(sweepWords('-a')).listed).toBe('alive');
});
