/** Packets, files, interfaces and hosts that attack a terminal: see test/support/hostile-lab.ts. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readU8, writeU16 } from '../../src/base/bytes.ts';
import { checksumSum } from '../../src/base/checksum.ts';
import { Control } from '../../src/cli/text-output.ts';
import { sendFrames } from '../../src/lab/index.ts';
import { encodeExtensions, encodeInterfaceInformation } from '../../src/wire/encode-icmp-extensions.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { pseudoHeaderSum } from '../../src/wire/pseudo-header.ts';
import { joinBytes } from '../support/capture-file.ts';
import { expectHarmless, HostileLab, hostileFrames, MAIN, NAME, TEXT, VISIBLE } from '../support/hostile-lab.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';
import { TunDevice } from '../support/tun.ts';

let hostile: HostileLab;
beforeAll(async () => {
  hostile = await HostileLab.create();
});
afterAll(() => hostile[Symbol.asyncDispose]());

describe('files', () => {
  const STYLES = [['-n'], ['-vvv', '-e'], ['-q'], ['-x'], ['-XX', '-v'], ['-AA'], ['-A', '-vvv', '--number']];

  test('frames with every byte, damaged and whole', async () => {
    for (const style of STYLES) {
      const { stdout } = await hostile.check(['read', ...style, hostile.folder.file(`${TEXT}.pcap`)]);
      expect(stdout.split('\n').length).toBeGreaterThan(200);
    }
  });

  test('comments, names and hardware of a PCAPNG file', async () => {
    for (const style of STYLES)
      await hostile.check(['read', ...style, hostile.folder.file('options.pcapng')], /link-type EN10MB/);
    await hostile.check(
      ['read', hostile.folder.file('options.pcapng'), '-w', hostile.folder.file('copy.pcapng')],
      /link-type EN10MB/,
    );
  });

  test('demo writes one', async () => {
    await hostile.check(['demo', '-w', hostile.folder.file(`demo ${TEXT}.pcap`)]);
  });
});

describe('interfaces', () => {
  /** Frames on the hostile interface for as long as a capture runs. */
  async function withTraffic(work: () => Promise<void>): Promise<void> {
    const frames = hostileFrames().slice(0, 12);
    const timer = setInterval(() => sendFrames(hostile.lab.host('right'), 'eth1', frames), 50);
    await work();
    clearInterval(timer);
  }

  test('listed', async () => {
    await hostile.checkAll([
      ['interfaces'],
      ['interfaces', '--json'],
      ['capture', '-D'],
      ['capture', '-L', '-i', NAME],
      ['capture', '-J', '-i', NAME],
      ['capture', '-i', NAME, '-y', 'RAW'],
      ['capture', '-i', NAME, '-j', 'adapter', '--duration', '0.1'],
    ]);
  });

  test('captured from', async () => {
    const file = (name: string): string => hostile.folder.file(`${name} ${TEXT}`);
    await withTraffic(() =>
      hostile.checkAll([
        ['capture', '-i', NAME, '-c', '20', '-vvv', '-e'],
        ['capture', '-i', 'any', '-c', '20', '-A'],
        ['capture', '-i', NAME, '-i', 'eth0', '-c', '20', '-v'],
        ['capture', '-i', NAME, '-c', '20', '-w', file('one.pcapng'), '--stats', '-'],
        ['capture', '-i', NAME, '-i', 'eth0', '-c', '20', '-w', file('two.pcapng'), '--stats', '-'],
        ['capture', '-i', NAME, '-c', '20', '-w', file('threads.pcap'), '--threads', '2'],
        [
          'capture',
          '-i',
          NAME,
          '-w',
          file('flight.pcapng'),
          '--trigger',
          'tcp',
          '--after',
          '0.2',
          '--max-triggers',
          '1',
        ],
        ['capture', '-i', `${NAME} udp`, '-c', '2'],
      ]),
    );
  });

  test('a capture to standard output is not text: its bytes are not touched', async () => {
    await withTraffic(async () => {
      await using program = new LabProcess(hostile.host, process.execPath, [
        MAIN,
        'capture',
        '-i',
        NAME,
        '-c',
        '40',
        '-w',
        '-',
      ]);
      expect(await program.exit()).toBe(0);
      expectHarmless(program.standardError, '-w -');
      expect(program.standardError).toMatch(VISIBLE);
      const output = program.standardOutput;
      expect(output.readUInt32LE(0)).toBe(0xa1b2c3d4);
      for (const frame of hostileFrames().slice(0, 3)) expect(output.includes(Buffer.from(frame))).toBe(true);
    });
  });

  test('sent on', async () => {
    await hostile.checkAll([
      ['replay', '-i', NAME, '--top-speed', 'FILE'],
      ['replay', '-i', NAME, '--top-speed', '--json', 'FILE'],
      ['ping', '-c', '1', '-W', '0.2', '-I', NAME, `fe80::2%${NAME}`],
      ['ping', '-c', '1', '-W', '0.2', '--style', 'iputils', `fe80::2%${NAME}`],
      ['ping', '-c', '1', '-W', '0.2', '--json', `fe80::2%${NAME}`],
      ['ping', '-c', '1', '-W', '0.2', '--ndjson', `fe80::2%${NAME}`],
      ['traceroute', '-m', '2', '-q', '1', '-w', '0.2', '--no-retry', `fe80::2%${NAME}`],
      ['traceroute', '-m', '2', '-q', '1', '-w', '0.2', '--no-retry', '--json', `fe80::2%${NAME}`],
      ['mtr', '-c', '1', '-m', '2', '-i', '0.1', '-w', '0.2', '--json', `fe80::2%${NAME}`],
      ...['--csv', '--xml', '--prometheus'].map((form) => [
        ...['mtr', '-c', '1', '-m', '2', '-i', '0.1', '-w', '0.2', form, `fe80::2%${NAME}`],
      ]),
    ]);
  });
});

describe('hosts', () => {
  /** Answers as a router whose interface has a hostile name (RFC 5837), once with each role. */
  function expired(packet: Uint8Array): Uint8Array[] {
    if (readU8(packet, 0) >>> 4 !== 4 || readU8(packet, 9) !== 17) return [];
    const message = new Uint8Array(8 + 128 + 512);
    message.set([11, 0, 0, 0, 0, 32]); // the quote is 32 words long (RFC 4884)
    message.set(packet.subarray(0, 128), 8);
    const information = encodeInterfaceInformation({ role: 'incoming', index: 7, name: TEXT, mtu: 1500 });
    const end = encodeExtensions([information], message, 8 + 128);
    const used = message.subarray(0, end);
    writeU16(used, 2, ~checksumSum(used, 0, used.length));
    const out = new Uint8Array(20 + used.length);
    const [source, destination] = [Uint8Array.of(10, 77, 0, 9), packet.slice(12, 16)];
    const at = encodeIpv4({ source, destination, protocol: 1, timeToLive: 60, payloadLength: used.length }, out);
    out.set(used, at);
    return [out];
  }

  test('routers with hostile interface names', async () => {
    using _tun = await TunDevice.open(hostile.host, '10.77.0.1/24', expired);
    const traceroute = ['traceroute', '-n', '-e', '-m', '2', '-q', '1', '--no-retry', '-w', '1'];
    const mtr = ['mtr', '-n', '-e', '-c', '1', '-m', '2', '-P', 'udp', '-w', '1'];
    await hostile.check([...traceroute, '10.77.0.2']);
    await hostile.check([...traceroute, '--json', '10.77.0.2']);
    await hostile.check([...traceroute, '--ndjson', '10.77.0.2']);
    await hostile.check([...mtr, '10.77.0.2']);
    await hostile.check([...mtr, '--json', '10.77.0.2']);
  });

  test('that tell a hostile name of their own', async () => {
    const respond = (packet: Uint8Array): Uint8Array[] => {
      if (readU8(packet, 0) >>> 4 !== 6 || readU8(packet, 6) !== 58 || readU8(packet, 40) !== 139) return [];
      const label = Buffer.from('\u001b[2J\u0007\u007f\u009b2J\n', 'latin1');
      const told = joinBytes(new Uint8Array(4), Uint8Array.of(label.length), label, Uint8Array.of(0));
      const message = joinBytes(packet.subarray(40, 56), told);
      message.set([140, 0, 0, 0]);
      const out = new Uint8Array(40 + message.length);
      const [source, destination] = [packet.slice(24, 40), packet.slice(8, 24)];
      const at = encodeIpv6({ source, destination, nextHeader: 58, hopLimit: 60, payloadLength: message.length }, out);
      writeU16(message, 2, ~checksumSum(message, 0, message.length, pseudoHeaderSum(out, 8, 16, 58, message.length)));
      out.set(message, at);
      return [out];
    };
    using _tun = await TunDevice.open(hostile.host, 'fd77::1/64', respond);
    await hostile.check(['ping', '-c', '1', '--node-info', 'name', 'fd77::2']);
    await hostile.check(['ping', '-c', '1', '--json', '--node-info', 'name', 'fd77::2']);
  });
});

test('an error that nothing handles', async () => {
  for (const crash of ['throw error', 'Promise.reject(error)']) {
    const source = `const error = new Error(${JSON.stringify(TEXT)}); setTimeout(() => { ${crash} }, 200)`;
    const node = ['--import', `data:text/javascript,${encodeURIComponent(source)}`, MAIN];
    const { stdout, stderr, status } = await hostile.run(process.execPath, [...node, 'ping', '-q', '10.1.1.2']);
    expectHarmless(stdout + stderr, crash);
    expect(stderr).toMatch(/^tapline: internal error: x\^\[\[31m.*M-\^\[2J<U\+202E>.*\^JFORGED\n {4}at data:text/);
    expect(status).toBe(1);
  }
});

describe('on a terminal', () => {
  const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

  /** All that a terminal is sent, without tapline's own sequences. */
  async function screenOf(...words: readonly string[]): Promise<{ readonly text: string; readonly own: string[] }> {
    const command = [process.execPath, MAIN, ...words].map(quote).join(' ');
    const file = hostile.folder.file('typescript');
    await hostile.run('script', ['-qec', command, file]);
    const [, screen = ''] = /^.*?\n(.*)\nScript done/s.exec(readFileSync(file, 'utf8')) ?? [];
    const own: string[] = [];
    let text = screen.replaceAll('\r\n', '\n');
    for (const [name, { sequence }] of Object.entries(Control).sort(
      ([, one], [, other]) => other.sequence.length - one.sequence.length,
    )) {
      if (text.includes(sequence)) own.push(name);
      text = text.replaceAll(sequence, '');
    }
    return { text, own };
  }

  test('screens and progress add sequences of their own only', async () => {
    if (requirePeer('script') === undefined) return;
    const mtr = await screenOf('mtr', '-c', '2', '-m', '2', '-i', '0.3', '-w', '0.3', `fe80::2%${NAME}`);
    expectHarmless(mtr.text, 'mtr');
    expect(mtr.text).toMatch(VISIBLE);
    expect(mtr.own).toEqual(expect.arrayContaining(['enterScreen', 'leaveScreen', 'home']));
    const capture = await screenOf('capture', '-i', NAME, '--duration', '0.6', '-w', hostile.folder.file('tty.pcap'));
    expectHarmless(capture.text, 'capture');
    expect(capture.text).toMatch(VISIBLE);
    expect(capture.own).toContain('eraseLine');
    const sweep = await screenOf('sweep', '-w', '0.3', '-r', '0', '10.1.1.0/29');
    expectHarmless(sweep.text, 'sweep');
    expect(sweep.own).toContain('eraseLine');
    const flood = await screenOf('ping', '-f', '-a', '-c', '5', '10.1.1.2');
    expectHarmless(flood.text, 'ping');
    expect(flood.own).toEqual(expect.arrayContaining(['bell', 'backspace']));
  });
});
