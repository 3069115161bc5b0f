/**
 * The situations that FreeBSD tests its ping with (sbin/ping/tests/test_ping.py: forged replies of a TUN device), played
 * on a simulated network. The expected texts follow the documented output of ping(8).
 */
import { describe, expect, test } from 'vitest';
import { EchoMethod } from '../../src/probe/methods/icmp-echo.ts';
import { directNetwork, simulatePing } from '../support/simulate.ts';
import type { NetworkDescription } from '../support/simulation/network-description.ts';

const HEADER = 'PING 192.0.2.2 (192.0.2.2): 56 data bytes\n';

function statistics(line: string, times = '1.000/1.000/1.000/0.000'): string {
  return `\n--- 192.0.2.2 ping statistics ---\n${line}\n${times === '' ? '' : `round-trip min/avg/max/stddev = ${times} ms\n`}`;
}

/** Sends one probe, with a short wait for the reply. */
async function textOf(
  destination: NetworkDescription['destination'],
  options: Parameters<typeof simulatePing>[1] = {},
): Promise<string> {
  const run = await simulatePing(directNetwork(destination), { count: 1, wait: 1_000, ...options });
  return run.text;
}

describe('answers', () => {
  test('one, plain', async () => {
    expect(await textOf({})).toBe(
      `${HEADER}64 bytes from 192.0.2.2: icmp_seq=0 ttl=64 time=1.000 ms\n` +
        statistics('1 packets transmitted, 1 packets received, 0.0% packet loss'),
    );
  });

  test('none', async () => {
    expect(await textOf({ isSilent: true })).toBe(
      `${HEADER}${statistics('1 packets transmitted, 0 packets received, 100.0% packet loss', '')}`,
    );
  });

  test('a duplicate of the first of two', async () => {
    expect(await textOf({ duplicates: { 0: 1 } }, { count: 2 })).toBe(
      `${HEADER}64 bytes from 192.0.2.2: icmp_seq=0 ttl=64 time=1.000 ms\n` +
        '64 bytes from 192.0.2.2: icmp_seq=0 ttl=64 time=1.500 ms (DUP!)\n' +
        '64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=1.000 ms\n' +
        statistics(
          '2 packets transmitted, 2 packets received, +1 duplicates, 0.0% packet loss',
          '1.000/1.167/1.500/0.236',
        ),
    );
  });

  test('wrong data: prints the byte and both payloads', async () => {
    const text = await textOf({ damage: { 0: 32 } });
    expect(text).toContain('time=1.000 ms\nwrong data byte #32 should be 0x20 but was 0xdf\ncp:');
    const [, received = '', sent = ''] = /cp:(.*?)\ndp:(.*?)\n\n/s.exec(text) ?? [];
    // ping(8) prints 8 bytes, then 16 per line; here the first 8 are nonce and number.
    expect(received.split('\n\t')).toHaveLength(4);
    expect(received.slice(24)).toContain(' 8  9  a  b  c  d  e  f 10 ');
    expect(received).toContain('1e 1f df 21 22');
    expect(sent).toContain('1e 1f 20 21 22');
  });

  test('too short: prints actual and expected length', async () => {
    expect(await textOf({ cut: { 0: 4 } })).toContain(
      '60 bytes from 192.0.2.2: icmp_seq=0 ttl=64 time=1.000 ms\nwrong total length 80 instead of 84\n',
    );
  });

  test('late replies are counted separately and not printed', async () => {
    const text = await textOf({ delay: [1, 1_500] }, { count: 2, interval: 100 });
    expect(text).toBe(
      `${HEADER}64 bytes from 192.0.2.2: icmp_seq=0 ttl=64 time=1.000 ms\n` +
        statistics('2 packets transmitted, 1 packets received, 50.0% packet loss'),
    );
    const waiting = await textOf({ delay: [1, 1_500, 1] }, { count: 4, interval: 1_000 });
    expect(waiting).toContain(
      '4 packets transmitted, 4 packets received, 0.0% packet loss, 1 packets out of wait time\n',
    );
    expect(waiting).not.toContain('icmp_seq=1 ');
    expect(waiting).toContain('round-trip min/avg/max/stddev = 1.000/375.750/1500.000/');
  });
});

describe('IPv4 options of an answer (padded to whole words: four more bytes are a wrong total length)', () => {
  const options = async (hex: string, more = {}): Promise<string> => {
    const text = await textOf({ options: { 0: hex, 1: hex }, ...more });
    return text.slice(text.indexOf('ms\n') + 3, text.indexOf('\n\n---'));
  };

  const ROUTERS = [10, 20, 30, 40, 50, 60, 70, 80, 90];
  const ROUTE = ROUTERS.map((last) => `c00002${last.toString(16).padStart(2, '0')}`).join('');
  const LISTED = ROUTERS.map((last) => `\t192.0.2.${last}`).join('\n');

  test('end of list', async () => {
    expect(await textOf({ options: { 0: '00000000' } })).toContain(
      'time=1.000 ms\nwrong total length 88 instead of 84\n\n--- 192.0.2.2',
    );
  });

  test('forty bytes of no-operation', async () => {
    expect(await options('01'.repeat(40))).toBe(`wrong total length 124 instead of 84${'\nNOP'.repeat(40)}`);
  });

  test('a record route option with nine slots, sent with -R', async () => {
    const shown = async (hex: string): Promise<string> => {
      const text = await textOf({ options: { 0: hex } }, { optionsLength: 40 });
      return text.slice(text.indexOf(' ms') + 3, text.indexOf('\n--- '));
    };
    const empty = '00'.repeat(36);
    expect(await shown(`072728${ROUTE}00`)).toBe(`\nRR: ${LISTED}\n`);
    expect(await shown(`072703${empty}00`)).toBe('\t(same route)\n');
    expect(await shown(`070704${empty}00`)).toBe('\nRR: \t(truncated route)\n');
    expect(await shown(`832704${ROUTE}00`)).toBe(`\nLSRR: ${LISTED}\n`);
    expect(await shown(`830304${empty}00`)).toBe('\nLSRR: \t(truncated route)\n\n');
    expect(await shown(`892704${ROUTE}00`)).toBe(`\nSSRR: ${LISTED}\n`);
    expect(await shown(`890304${empty}00`)).toBe('\nSSRR: \t(truncated route)\n\n');
  });

  test('no-operation', async () => {
    expect(await options('01010100')).toBe('wrong total length 88 instead of 84\nNOP\nNOP\nNOP');
  });

  test('an unknown one', async () => {
    expect(await options('9f040000')).toBe('wrong total length 88 instead of 84\nunknown option 9f');
  });

  test('loose and strict source routes', async () => {
    expect(await options('830b04c0000201c000020200')).toContain('LSRR: \t192.0.2.1\n\t192.0.2.2');
    expect(await options('890b04c0000201c000020200')).toContain('SSRR: \t192.0.2.1\n\t192.0.2.2');
    expect(await options('83030400')).toContain('LSRR: \t(truncated route)');
  });

  test('a recorded route; a repeated route is abbreviated', async () => {
    const route = '070b0cc0000201c000020200';
    const text = await textOf({ options: { 0: route, 1: route } }, { count: 2 });
    expect(text).toContain(
      'icmp_seq=0 ttl=64 time=1.000 ms\nwrong total length 96 instead of 84\nRR: \t192.0.2.1\n\t192.0.2.2\n',
    );
    expect(text).toContain('icmp_seq=1 ttl=64 time=1.000 ms\nwrong total length 96 instead of 84\t(same route)\n');
    expect(await options('07030400')).toContain('\t(same route)'); // none, as before it
  });

  test('invalid lengths end the list', async () => {
    expect(await options('9f000000')).toBe('wrong total length 88 instead of 84\nunknown option 9f');
    expect(await options('07ff0401')).toContain('RR: \t(truncated route)');
  });
});

describe('errors', () => {
  const QUOTED =
    'Vr HL TOS  Len   ID Flg  off TTL Pro  cks      Src      Dst\n' +
    ' 4  5  00 0054 0001   0 0000  01  01 35a5 192.0.2.1  192.0.2.2 \n\n';

  test.each([
    [3, 0, 'Destination Net Unreachable'],
    [3, 1, 'Destination Host Unreachable'],
    [3, 2, 'Destination Protocol Unreachable'],
    [3, 3, 'Destination Port Unreachable'],
    [3, 4, 'frag needed and DF set (MTU 1400)'],
    [3, 5, 'Source Route Failed'],
    [3, 13, 'Communication prohibited by filter'],
    [3, 15, 'Dest Unreachable, Bad Code: 15'],
    [4, 0, 'Source Quench'],
    [11, 0, 'Time to live exceeded'],
    [11, 1, 'Frag reassembly time exceeded'],
    [11, 2, 'Time exceeded, Bad Code: 2'],
  ])('type %i code %i', async (type, code, words) => {
    const text = await textOf({ error: { type, code, mtu: code === 4 ? 1400 : 0 } });
    expect(text).toBe(
      `${HEADER}92 bytes from 192.0.2.2: ${words}\n${QUOTED}` +
        statistics('1 packets transmitted, 0 packets received, 100.0% packet loss', ''),
    );
  });

  test.each([6, 7, 8, 9, 10, 11, 12, 14, 15])('unreachable code %i is printed as a number', async (code) => {
    expect(await textOf({ error: { type: 3, code } })).toContain(
      `92 bytes from 192.0.2.2: Dest Unreachable, Bad Code: ${code}\n`,
    );
  });

  // FreeBSD's `_3_1_flags_DF` and `_3_1_opts_NOP_40`, byte for byte.
  test('the quoted header: a flag, and forty bytes of options', async () => {
    const head = 'Destination Host Unreachable\nVr HL TOS  Len   ID Flg  off TTL Pro  cks      Src      Dst\n';
    const error = { type: 3, code: 1 };
    expect(await textOf({ error, quotedHopLimit: 64, quotesDontFragment: true })).toBe(
      `${HEADER}92 bytes from 192.0.2.2: ${head} 4  5  00 0054 0001   2 0000  40  01 b6a4 192.0.2.1  192.0.2.2 \n\n` +
        statistics('1 packets transmitted, 0 packets received, 100.0% packet loss', ''),
    );
    expect(await textOf({ error, quotedHopLimit: 64, quotedOptions: '01'.repeat(40) })).toBe(
      `${HEADER}132 bytes from 192.0.2.2: ${head} 4  f  00 007c 0001   0 0000  40  01 d868 192.0.2.1  192.0.2.2 ` +
        `${'01'.repeat(40)}\n\n${statistics('1 packets transmitted, 0 packets received, 100.0% packet loss', '')}`,
    );
  });

  test.each([
    ['TCP', 6],
    ['UDP', 17],
  ])('a quote of %s is nobody’s', async (_name, quotedProtocol) => {
    expect(await textOf({ error: { type: 3, code: 1 }, quotedProtocol })).toBe(
      HEADER + statistics('1 packets transmitted, 0 packets received, 100.0% packet loss', ''),
    );
  });

  test.each(['Network', 'Host', 'Type of Service and Network', 'Type of Service and Host'])(
    'redirect for %s',
    async (what) => {
      const code = ['Network', 'Host', 'Type of Service and Network', 'Type of Service and Host'].indexOf(what);
      expect(await textOf({ error: { type: 5, code, mtu: 0xc000_02fe } })).toContain(
        `Redirect ${what}(New addr: 192.0.2.254)\n`,
      );
    },
  );

  test('prints the gateway of redirects and the pointer of parameter problems', async () => {
    expect(await textOf({ error: { type: 5, code: 1, mtu: 0xc000_02fe } })).toContain(
      'Redirect Host(New addr: 192.0.2.254)',
    );
    expect(await textOf({ error: { type: 12, code: 0, mtu: 0x1400_0000 } })).toContain(
      'Parameter problem: pointer = 0x14',
    );
  });

  test('a quote of 28 bytes is enough, and is printed as 36', async () => {
    const text = await textOf({ error: { type: 3, code: 1 }, quote: 8 });
    expect(text).toContain('36 bytes from 192.0.2.2: Destination Host Unreachable\n');
  });

  test('ignores a quote too short to identify the probe', async () => {
    const run = await simulatePing(directNetwork({ error: { type: 3, code: 1 }, quote: 6 }), { count: 1, wait: 500 });
    expect(run.summary).toMatchObject({ errors: 0, received: 0 });
  });

  test.each([
    [1, 0, 'No Route to Destination'],
    [1, 1, 'Destination Administratively Unreachable'],
    [1, 2, 'Destination Unreachable Beyond Scope'],
    [1, 3, 'Destination Host Unreachable'],
    [1, 4, 'Destination Port Unreachable'],
    [2, 0, 'Packet too big mtu = 1280'],
    [3, 0, 'Time to live exceeded'],
    [4, 1, 'Parameter problem: Unrecognized Next Header pointer = 0x00'],
  ])('IPv6 type %i code %i', async (type, code, words) => {
    const network = directNetwork(
      { error: { type, code, mtu: type === 2 ? 1280 : 0 } },
      { family: 6, source: '2001:db8::1', target: '2001:db8::2' },
    );
    const run = await simulatePing(network, { count: 1, wait: 500 });
    expect(run.text).toContain(`112 bytes from 2001:db8::2: ${words}\nVr TC  Flow Plen Nxt Hlim\n`);
  });
});

describe('messages that do not belong to the run', () => {
  test.each([
    ['another identifier', { wrongIdentifier: [0] }, 0],
    ['another nonce', { wrongNonce: [0] }, 0],
    ['another address', { wrongSource: { 0: '192.0.2.99' } }, 1],
    ['a wrong checksum', { wrongChecksum: [0] }, 1],
  ])('%s', async (_what, destination, strangers) => {
    const run = await simulatePing(directNetwork(destination), { count: 1, wait: 500 });
    expect(run.summary).toMatchObject({ received: 0, duplicates: 0, strangers, lossPercent: 100 });
  });

  test('an error that quotes a probe of another program', async () => {
    const quote = `45000054000100000101${'0000'}c0000201c0000202`;
    const strays = [
      { at: 0.5, source: '192.0.2.2', message: `0301000000000000${quote}0800000012340000${'00'.repeat(56)}` },
    ];
    const run = await simulatePing(directNetwork({}, { strays }), { count: 1 });
    expect(run.summary).toMatchObject({ errors: 0, received: 1 });
  });

  test('our own request on loopback', async () => {
    const strays = [{ at: 0.5, source: '192.0.2.2', message: `080000009c600000${'00'.repeat(56)}` }];
    const run = await simulatePing(directNetwork({}, { strays }), { count: 1 });
    expect(run.summary).toMatchObject({ received: 1, duplicates: 0, strangers: 0 });
  });
});

describe('the clock', () => {
  test('a step of hours does not change round trips and intervals', async () => {
    const clockSteps = [
      { at: 0.5, by: -7_200_000 },
      { at: 1_000.5, by: 86_400_000 },
    ];
    const run = await simulatePing(directNetwork({}, { clockSteps }), { count: 3 });
    expect(run.replies.map((reply) => reply.time.toFixed(3))).toEqual(['1.000', '1.000', '1.000']);
    expect(run.elapsed).toBeCloseTo(2_001, 6);
  });
});

describe('options of a run', () => {
  test('IPv6 lines have a comma and hlim', async () => {
    const network = directNetwork({}, { family: 6, source: '2001:db8::1', target: '2001:db8::2' });
    const run = await simulatePing(network, { count: 1, source: '2001:db8::1' }, { size: 8 });
    expect(run.text.split('\n').slice(0, 2)).toEqual([
      'PING(56=40+8+8 bytes) 2001:db8::1 --> 2001:db8::2',
      '16 bytes from 2001:db8::2, icmp_seq=0 hlim=64 time=1.000 ms',
    ]);
  });

  test('prints a given source address', async () => {
    expect(await textOf({}, { source: '192.0.2.1' })).toContain(
      'PING 192.0.2.2 (192.0.2.2) from 192.0.2.1: 56 data bytes\n',
    );
  });

  test('a sweep of sizes sends each size `count` times', async () => {
    const sizes = { from: 10, to: 30, step: 10 };
    const run = await simulatePing(directNetwork({}), { sizes, count: 2, interval: 5 }, { size: 10, maxSize: 30 });
    expect(run.replies.map((reply) => reply.bytes)).toEqual([18, 18, 28, 28, 38, 38]);
    expect(run.replies.every((reply) => reply.damage === undefined && reply.wrongLength === undefined)).toBe(true);
    expect(run.text).toContain('(10 ... 30) data bytes');
  });

  test('preload is sent at once, the rest at the interval', async () => {
    const run = await simulatePing(directNetwork({}), { preload: 3, count: 5 });
    expect(run.replies.map((reply) => Math.round(reply.at))).toEqual([1, 1, 1, 1_001, 2_001]);
  });

  test('flood: sends one probe per reply, and 100 per second without replies', async () => {
    const fast = await simulatePing(directNetwork({ delay: 0.25 }), { isFlood: true, count: 1_000 });
    expect(fast.elapsed).toBeCloseTo(250, 0);
    const lost = await simulatePing(directNetwork({ isSilent: true }), { isFlood: true, count: 100, wait: 100 });
    expect(lost.elapsed).toBeCloseTo(990 + 100, 0);
  });

  test('adaptive: one probe per reply; stops after the first reply with the option', async () => {
    const run = await simulatePing(directNetwork({ delay: 20 }), { isAdaptive: true, count: 10 });
    expect(run.elapsed).toBeCloseTo(200, 6);
    const first = await simulatePing(directNetwork({ loss: [0, 1] }), { stopOnReply: true, count: 10 });
    expect(first.summary).toMatchObject({ transmitted: 3, received: 1 });
  });

  test('a deadline ends the run, also with open probes', async () => {
    const run = await simulatePing(directNetwork({ delay: 300 }), { deadline: 2_100, interval: 1_000 });
    expect(run.elapsed).toBe(2_100);
    expect(run.summary).toMatchObject({ transmitted: 3, received: 2, pending: 1 });
    expect(run.summary.lossPercent).toBeCloseTo(100 / 3, 9);
    expect(run.text).toContain('3 packets transmitted, 2 packets received, 33.3% packet loss, 1 in flight\n');
  });

  // ping(8): loss is 1 - received / transmitted, whatever the wait.
  test('a silent host has 100 % loss when a deadline or an interrupt ends the run within the wait', async () => {
    for (const end of [{ deadline: 2_100 }, { signalAt: 2_100 }]) {
      const run = await simulatePing(directNetwork({ isSilent: true }), end);
      expect(run.elapsed).toBe(2_100);
      expect(run.summary).toMatchObject({ transmitted: 3, received: 0, pending: 3, lossPercent: 100 });
      expect(run.text).toContain('3 packets transmitted, 0 packets received, 100.0% packet loss, 3 in flight\n');
    }
  });

  test('an interrupt waits for probes in flight for the longest round trip so far', async () => {
    const answered = await simulatePing(directNetwork({ delay: 300 }), { signalAt: 2_100 });
    expect(answered.elapsed).toBe(2_300);
    expect(answered.summary).toMatchObject({ transmitted: 3, received: 3, pending: 0, lossPercent: 0 });
    const lost = await simulatePing(directNetwork({ delay: 300, loss: [2] }), { signalAt: 2_100 });
    expect(lost.elapsed).toBe(2_300);
    expect(lost.summary).toMatchObject({ transmitted: 3, received: 2 });
  });

  test('a full queue delays probes without losses', async () => {
    const run = await simulatePing(directNetwork({}, { queue: 1 }), { preload: 5, count: 5 });
    expect(run.summary).toMatchObject({ transmitted: 5, received: 5, refused: 0 });
  });

  test('prints refused probes, with the MTU when known', async () => {
    const refusals = { 0: { errorName: 'EMSGSIZE', mtu: 1400 }, 1: { errorName: 'ENETUNREACH' } };
    const run = await simulatePing(directNetwork({}, { refusals }), { count: 3 });
    expect(run.text).toContain('ping: sendto: Message too long, mtu=1400\nping: sendto: Network is unreachable\n');
    expect(run.summary).toMatchObject({ transmitted: 3, received: 1, refused: 2 });
  });

  test('sequence numbers wrap after 65,535, and a duplicate from before the wrap is still one', async () => {
    const network = directNetwork({ delay: 0.1, duplicates: { 66000: 1 }, loss: [66_099] });
    const run = await simulatePing(network, { preload: 66_100, count: 66_100, wait: 10 }, { size: 8 });
    expect(run.summary).toMatchObject({ transmitted: 66_100, received: 66_099, duplicates: 1 });
    expect(run.replies.at(-1)?.sequence).toBe(66_000);
    expect(run.text).toContain(`icmp_seq=${66_000 & 0xffff} ttl=64 time=0.600 ms (DUP!)`);
  });

  test('probes with payloads too short for a nonce are matched by sequence number', async () => {
    const run = await simulatePing(directNetwork({ loss: [1] }), { count: 3, interval: 10, wait: 50 }, { size: 0 });
    expect(run.replies.map((reply) => reply.sequence)).toEqual([0, 2]);
  });

  test('a timestamp request prints the remote clock', async () => {
    const run = await simulatePing(directNetwork({}), { count: 1 }, { message: 'timestamp' });
    expect(run.text).toMatch(/20 bytes from 192\.0\.2\.2: .* tso=\d\d:\d\d:\d\d tsr=00:00:00 tst=00:00:00\n/);
  });
});

describe('requests other than echo', () => {
  test('address mask (RFC 950); hosts do not answer by default', async () => {
    const mask = await simulatePing(directNetwork({ mask: '255.255.255.192' }), { count: 1 }, { message: 'mask' });
    expect(mask.text).toContain('12 bytes from 192.0.2.2: icmp_seq=0 ttl=64 time=1.000 ms mask=255.255.255.192\n');
    const none = await simulatePing(directNetwork({}), { count: 1, wait: 50 }, { message: 'mask' });
    expect(none.summary).toMatchObject({ received: 0, strangers: 0 });
    const cut = await simulatePing(
      directNetwork({ mask: '255.0.0.0', cut: { 0: 4 } }),
      { count: 1 },
      { message: 'mask' },
    );
    expect(cut.replies[0]).toMatchObject({ mask: undefined, wrongLength: { actual: 28, expected: 32 } });
    expect(() => new EchoMethod({ family: 6, nonce: 1, message: 'mask' })).toThrow('ICMPv6 has no mask message');
  });

  test('an error about a mask request belongs to the run', async () => {
    const run = await simulatePing(directNetwork({ error: { type: 3, code: 13 } }), { count: 1 }, { message: 'mask' });
    expect(run.summary).toMatchObject({ errors: 1, received: 0 });
  });
});

describe('no answer yet', () => {
  test('is printed when the next probe is sent, and for the last one at its timeout', async () => {
    const network = directNetwork({ loss: [1, 3], delay: [1, 1, 1] });
    const run = await simulatePing(network, { count: 4, wait: 5_000, reportOutstanding: true });
    const order = run.events.flatMap((event) =>
      event.type === 'reply' || event.type === 'outstanding' ? [`${event.type} ${event.sequence}`] : [],
    );
    expect(order).toEqual(['reply 0', 'outstanding 1', 'reply 2', 'outstanding 3']);
    expect(run.text).toContain('Request timeout for icmp_seq 1\n64 bytes from 192.0.2.2: icmp_seq=2 ');
  });

  test('does not end the wait: a later reply counts', async () => {
    const run = await simulatePing(directNetwork({ delay: [1_500, 1] }), { count: 2, reportOutstanding: true });
    expect(run.summary).toMatchObject({ received: 2, late: 0, lossPercent: 0 });
    expect(run.events.filter((event) => event.type === 'outstanding')).toEqual([{ type: 'outstanding', sequence: 0 }]);
  });
});

test('requires an address of the right family', async () => {
  await expect(simulatePing(directNetwork({}), { target: 'nonsense' })).rejects.toThrow(/target is not an address/);
  await expect(simulatePing(directNetwork({}), { target: '2001:db8::1' })).rejects.toThrow(/not an IPv4 address/);
});
