/**
 * Whatever a command reads or is given, its text and JSON hold nothing that a terminal acts on: no control character but
 * line feed and tab, no C1, no bidirectional control. On a terminal only tapline's own sequences are added.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readU8, writeU16 } from '../../src/base/bytes.ts';
import { checksumSum } from '../../src/base/checksum.ts';
import { Control } from '../../src/cli/text-output.ts';
import { encodeExtensions, encodeInterfaceInformation } from '../../src/icmp/encode-extensions.ts';
import { createLab, type Lab, type LabHost, sendFrames, twoHosts } from '../../src/lab/index.ts';
import { encodeIpv4, encodeIpv6, pseudoHeaderSum } from '../../src/wire/index.ts';
import { buildBlock, buildPcap, joinBytes, packFields } from '../support/capture-file.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { LabProcess } from '../support/lab-process.ts';
import { ethernet, icmp4, ipv4, quoteOf, tcp, udp } from '../support/made-frames.ts';
import { requirePeer } from '../support/peers.ts';
import { RandomSource } from '../support/random-source.ts';
import { TunDevice } from '../support/tun.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Ends a program that hangs; its status is then -2. */
const LIMIT = 30_000;

/** Two C1 sequences that JSON.stringify leaves alone, one C0 sequence, marks of direction, a line of its own. */
const TEXT = 'x\u001b[31m\u0007\r\b\u007f\u0085\u009b2J\u202e\u2066\u2028\nFORGED';
/** In the name of an interface there is room for 15 bytes, and no blank (net/core/dev.c, dev_valid_name). */
const NAME = 'e\u001b[3m\u009b2J\u202e';
/** What must be seen of each in some form: as text, or escaped in JSON. */
const VISIBLE = /M-\^\[2J|\\u009b2J/;

/** Code points that may not be written (Unicode categories Cc and Cs, UAX #9). */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u;

let lab: Lab;
let host: LabHost;
let folder: TestFolder;
beforeAll(async () => {
  const plan = twoHosts();
  const ends = [
    { host: 'left', interface: NAME, addresses: ['10.99.0.1/24', 'fe80::1/64'] },
    { host: 'right', interface: 'eth1', addresses: ['10.99.0.2/24', 'fe80::2/64'] },
  ] as const;
  lab = await createLab({ ...plan, wires: [...plan.wires, { ends }] });
  host = lab.host('left');
  folder = new TestFolder();
  writeFiles();
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await lab.close();
});

/** Payloads of every byte there is, in protocols whose words are shown. */
function hostileFrames(): Uint8Array[] {
  const every = Uint8Array.from({ length: 512 }, (_, index) => index >> 1);
  const words = joinBytes(Buffer.from(TEXT.replace('\nFORGED', ' ')), every, Buffer.from('\r\n'));
  const label = joinBytes(Uint8Array.of(16), Buffer.from('\u001b[2J\u0007\u007f\u009b3m\u202e\n'));
  const question = joinBytes(Buffer.from('123401000001000000000000', 'hex'), label, Uint8Array.of(0, 0, 16, 0, 1));
  const answer = Buffer.from('123484000001000100000000', 'hex');
  const record = joinBytes(Buffer.from('c00c001000010000000000', 'hex'), Uint8Array.of(17, 16), label.subarray(1));
  const frames = [
    ...[21, 25, 80, 110, 143].map((port) => ipv4(6, tcp({ destinationPort: port, payload: words }))),
    ipv4(6, tcp({ sourcePort: 25, payload: words })),
    ipv4(17, udp(4000, 53, question)),
    ipv4(17, udp(53, 4000, joinBytes(answer, question.subarray(12), record))),
    ipv4(17, udp(4000, 514, words)),
    ethernet(0x88cc, words),
  ];
  frames.push(ipv4(1, icmp4(3, 3, joinBytes(new Uint8Array(4), quoteOf(frames[0] ?? every, 300)))));
  const random = new RandomSource(17);
  const damaged = frames.flatMap((frame) =>
    Array.from({ length: 20 }, () => {
      const copy = frame.slice();
      for (let edit = 0; edit < 4; edit += 1) copy[random.below(copy.length)] = random.below(256);
      return copy;
    }),
  );
  return [...frames, ...damaged];
}

/** A PCAPNG file with hostile text in every option that holds text: section, interface, packet, names, statistics. */
function hostilePcapng(frame: Uint8Array): Uint8Array {
  const option = (code: number): Uint8Array => {
    const text = Buffer.from(TEXT);
    return joinBytes(
      packFields([
        [2, code],
        [2, text.length],
      ]),
      text,
      new Uint8Array(-text.length & 3),
    );
  };
  const end = new Uint8Array(4);
  const section = packFields([
    [4, 0x1a2b3c4d],
    [2, 1],
    [2, 0],
    [4, 0xffff_ffff],
    [4, 0xffff_ffff],
  ]);
  const link = packFields([
    [2, 1],
    [2, 0],
    [4, 0],
  ]);
  const packet = packFields([
    [4, 0],
    [4, 0],
    [4, 0],
    [4, frame.length],
    [4, frame.length],
  ]);
  const name = joinBytes(Uint8Array.of(10, 1, 1, 1), Buffer.from(`${TEXT}\0`));
  const names = joinBytes(
    packFields([
      [2, 1],
      [2, name.length],
    ]),
    name,
    new Uint8Array(-name.length & 3),
    end,
  );
  return joinBytes(
    buildBlock(0x0a0d0d0a, joinBytes(section, option(1), option(2), option(3), option(4), end)),
    buildBlock(1, joinBytes(link, option(1), option(2), option(3), option(12), option(15), end)),
    buildBlock(4, joinBytes(names, option(2), end)),
    buildBlock(6, joinBytes(packet, frame, new Uint8Array(-frame.length & 3), option(1), end)),
    buildBlock(
      5,
      joinBytes(
        packFields([
          [4, 0],
          [4, 0],
          [4, 0],
        ]),
        option(1),
        end,
      ),
    ),
  );
}

function writeFiles(): void {
  const frames = hostileFrames();
  const records = frames.map((frame) => [1, 0, frame.length, frame.length, frame] as const);
  writeFileSync(folder.file('frames.pcap'), buildPcap({ records }));
  copyFileSync(folder.file('frames.pcap'), folder.file(`${TEXT}.pcap`));
  writeFileSync(folder.file(`cut ${TEXT}`), buildPcap({ records }).subarray(0, 100));
  writeFileSync(folder.file('options.pcapng'), hostilePcapng(frames[0] ?? new Uint8Array(60)));
  writeFileSync(folder.file(`none ${TEXT}`), TEXT);
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

async function run(command: string, words: readonly string[]): Promise<Outcome> {
  await using program = new LabProcess(host, command, words);
  const timer = setTimeout(() => program.signal('SIGKILL'), LIMIT);
  const status = await program.exit();
  clearTimeout(timer);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }); // a lone byte of C1 is no UTF-8
  return { stdout: decoder.decode(program.standardOutput), stderr: program.standardError, status };
}

const tapline = (...words: readonly string[]): Promise<Outcome> => run(process.execPath, [MAIN, ...words]);

function expectHarmless(text: string, what: string): void {
  const kept = text.replaceAll(/[\n\t]/g, '');
  const at = kept.search(FORBIDDEN);
  expect(at < 0 ? '' : JSON.stringify(kept.slice(Math.max(0, at - 60), at + 20)), what).toBe('');
  expect(/^FORGED/m.test(text), what).toBe(false);
}

/** Runs a command; its output is harmless and, unless it has nothing to show of it, shows the hostile text. */
async function check(words: readonly string[], options: { shows?: RegExp | undefined } = {}): Promise<Outcome> {
  const what = JSON.stringify(words);
  const outcome = await tapline(...words);
  expect(outcome.status, what).not.toBe(-2);
  expectHarmless(outcome.stdout, what);
  expectHarmless(outcome.stderr, what);
  expect(outcome.stdout + outcome.stderr, what).toMatch('shows' in options ? (options.shows ?? /^/) : VISIBLE);
  return outcome;
}

/** As many at a time as there are processors here. */
async function checkAll(cases: readonly (readonly string[])[], options: { shows?: RegExp | undefined } = {}) {
  const rest = [...cases];
  const work = async (): Promise<void> => {
    for (let words = rest.shift(); words !== undefined; words = rest.shift()) await check(words, options);
  };
  await Promise.all([work(), work()]);
}

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  capture: ['-i', 'eth0'],
  read: ['FILE'],
  replay: ['-i', 'eth0', 'FILE'],
  filter: ['ip'],
  interfaces: [],
  ping: ['10.1.1.2'],
  traceroute: ['10.1.1.2'],
  mtr: ['10.1.1.2'],
  sweep: ['10.1.1.2'],
  demo: [],
};

describe('words of the command line', () => {
  test('in the place of a command', async () => {
    await checkAll([[TEXT], [`-${TEXT}`], [`--${TEXT}`], [`capture${TEXT}`]]);
  });

  test.each(Object.entries(COMMANDS))('unknown options and too many words: %s', async (command, words) => {
    const file = folder.file('frames.pcap');
    const right = words.map((word) => (word === 'FILE' ? file : word));
    await checkAll([
      [command, ...right, `--${TEXT}`],
      [command, ...right, `--${TEXT}=${TEXT}`],
    ]);
    await check([command, ...right, '-\u009b2J'], { shows: /no option -M-\^\[/ });
    await check([command, TEXT, '--help', `--${TEXT}`], { shows: /Options:/ });
    if (['interfaces', 'traceroute', 'mtr', 'demo'].includes(command)) await check([command, ...right, TEXT]);
  });

  test('values of options', async () => {
    const file = folder.file('frames.pcap');
    const numbers = (command: readonly string[], options: readonly string[]): string[][] =>
      options.map((option) => [...command, `${option}=${TEXT}`]);
    await checkAll([
      ...numbers(['capture', '-i', 'eth0'], ['-c', '-s', '-B', '--duration', '--engine', '--threads', '--fanout']),
      ...numbers(['capture', '-i', 'eth0', '-w', folder.file('w')], ['-C', '-G', '-W', '--quota', '--min-free']),
      ...numbers(['capture', '-i', 'eth0', '-w', folder.file('w'), '--trigger', 'ip'], ['--before', '--history']),
      ...numbers(['read', file], ['-c', '--time-stamp-precision']),
      ...numbers(
        ['replay', '-i', 'eth0', file],
        ['-c', '--loop', '--rate', '--mbit', '--multiplier', '--edit-address'],
      ),
      ...numbers(['filter', 'ip'], ['-y', '-s', '--netmask']),
      ...numbers(['ping', '10.1.1.2'], ['-c', '-i', '-s', '-p', '-M', '-S', '--tos', '--transport', '--node-info']),
      ...numbers(['traceroute', '10.1.1.2'], ['-m', '-q', '-P', '-p', '--hide', '--flow-label']),
      ...numbers(['mtr', '10.1.1.2'], ['-c', '-P', '-i']),
      ...numbers(['sweep', '10.1.1.2'], ['-p', '-r', '--rate', '-x']),
    ]);
    await check(['mtr', `-o=${TEXT}`, '10.1.1.2'], { shows: /M-\^\[2/ }); // J is a column
  });
});

describe('filters', () => {
  test('that are none, in every command that takes one', async () => {
    const file = folder.file('frames.pcap');
    const filters = [TEXT, `host ${TEXT}`, `tcp and ether host ${TEXT}`, `port "${TEXT}"`];
    await checkAll(
      filters.flatMap((filter) => [
        ['filter', filter],
        ['filter', '--json', filter],
        ['read', file, filter],
        ['replay', '-i', 'eth0', file, filter],
        ['capture', '-i', 'eth0', filter],
        ['capture', '-i', `eth0 ${filter}`],
        ['capture', '-i', 'eth0', '-w', folder.file('w'), '--trigger', filter],
      ]),
    );
  });

  test('from files that are not there, or hold no filter', async () => {
    await checkAll(
      [join(folder.path, TEXT, 'missing'), folder.file(`none ${TEXT}`)].flatMap((path) => [
        ['filter', '-F', path],
        ['filter', '--bpf', path],
        ['filter', '--trace', `${path}#1`, 'ip'],
        ['filter', '--trace', `${folder.file(`${TEXT}.pcap`)}#99999`, 'ip'],
        ['read', folder.file('frames.pcap'), '-F', path],
      ]),
    );
  });

  test('of several lines, in every form', async () => {
    for (const form of ['-d', '-dd', '--json', '--explain', '--graph'])
      await check(['filter', form, 'tcp\r\n\tport 80'], { shows: /80|0x50/ });
  });
});

describe('files', () => {
  const STYLES = [['-n'], ['-vvv', '-e'], ['-q'], ['-x'], ['-XX', '-v'], ['-AA'], ['-A', '-vvv', '--number']];

  test('frames with every byte, damaged and whole', async () => {
    for (const style of STYLES) {
      const { stdout } = await check(['read', ...style, folder.file(`${TEXT}.pcap`)]);
      expect(stdout.split('\n').length).toBeGreaterThan(200);
    }
  });

  test('comments, names and hardware of a PCAPNG file', async () => {
    for (const style of STYLES)
      await check(['read', ...style, folder.file('options.pcapng')], { shows: /link-type EN10MB/ });
    await check(['read', folder.file('options.pcapng'), '-w', folder.file('copy.pcapng')], {
      shows: /link-type EN10MB/,
    });
  });

  test('that are damaged, not there, no captures, or cannot be written', async () => {
    const missing = join(folder.path, TEXT, 'missing.pcap');
    for (const path of [folder.file(`none ${TEXT}`), folder.file(`cut ${TEXT}`)]) {
      await check(['read', path], { shows: /^tapline: /m });
      await check(['replay', '-i', NAME, path], { shows: /^tapline: /m });
    }
    await checkAll([
      ['read', missing],
      ['replay', '-i', NAME, missing],
      ['read', folder.file('frames.pcap'), '-w', missing],
      ['read', folder.file('frames.pcap'), '-w', `${missing}ng`],
      ['capture', '-i', NAME, '-w', missing],
      ['capture', '-i', NAME, '-w', `${missing}ng`, '--trigger', 'ip'],
      ['capture', '-i', NAME, '-w', missing, '--threads', '2'],
      ['capture', '-i', NAME, '-w', folder.file('z.pcap'), '-z', missing, '--duration', '0.1'],
      ['capture', '-i', NAME, '--stats', missing, '--duration', '0.1'],
      ['ping', '--pcap', missing, '10.1.1.2'],
      ['traceroute', '--asn-file', missing, '10.1.1.2'],
      ['mtr', '--asn-file', folder.file(`none ${TEXT}`), '10.1.1.2'],
      ['sweep', '-F', missing],
      ['sweep', '-F', folder.file(`none ${TEXT}`)],
      ['demo', '-w', missing],
    ]);
  });

  test('demo writes one', async () => {
    await check(['demo', '-w', folder.file(`demo ${TEXT}.pcap`)]);
  });
});

describe('interfaces', () => {
  /** Frames on the hostile interface for as long as a capture runs. */
  async function withTraffic(work: () => Promise<void>): Promise<void> {
    const frames = hostileFrames().slice(0, 12);
    const timer = setInterval(() => sendFrames(lab.host('right'), 'eth1', frames), 50);
    await work();
    clearInterval(timer);
  }

  test('listed', async () => {
    await checkAll([['interfaces'], ['interfaces', '--json']]);
  });

  test('captured from', async () => {
    const file = (name: string): string => folder.file(`${name} ${TEXT}`);
    await withTraffic(() =>
      checkAll([
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

  test('sent on', async () => {
    await checkAll([
      ['replay', '-i', NAME, '--top-speed', folder.file('frames.pcap')],
      ['replay', '-i', NAME, '--top-speed', '--json', folder.file('frames.pcap')],
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

  test('that are not there', async () => {
    const missing = NAME.replace('e', 'n');
    await checkAll([
      ['capture', '-i', missing],
      ['capture', '-i', TEXT],
      ['capture', '-i', `${missing}/${TEXT}`],
      ['replay', '-i', missing, folder.file('frames.pcap')],
      ['ping', '-I', missing, '10.1.1.2'],
      ['ping', `fe80::1%${missing}`],
      ['traceroute', '-I', missing, '10.1.1.2'],
      ['mtr', '-I', missing, '10.1.1.2'],
      ['sweep', '-I', missing, '10.1.1.2'],
    ]);
  });
});

describe('hosts', () => {
  test('that are none', async () => {
    await checkAll([
      ['ping', TEXT],
      ['ping', '--json', TEXT],
      ['ping', '10.1.1.2', TEXT],
      ['traceroute', TEXT],
      ['mtr', TEXT],
      ['sweep', TEXT],
      ['sweep', `10.1.1.0/24${TEXT}`],
      ['sweep', `10.1.1.1-${TEXT}`],
    ]);
  });

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
    using _tun = await TunDevice.open(host, '10.77.0.1/24', expired);
    const traceroute = ['traceroute', '-n', '-e', '-m', '2', '-q', '1', '--no-retry', '-w', '1'];
    const mtr = ['mtr', '-n', '-e', '-c', '1', '-m', '2', '-P', 'udp', '-w', '1'];
    await check([...traceroute, '10.77.0.2']);
    await check([...traceroute, '--json', '10.77.0.2']);
    await check([...traceroute, '--ndjson', '10.77.0.2']);
    await check([...mtr, '10.77.0.2']);
    await check([...mtr, '--json', '10.77.0.2']);
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
    using _tun = await TunDevice.open(host, 'fd77::1/64', respond);
    await check(['ping', '-c', '1', '--node-info', 'name', 'fd77::2']);
    await check(['ping', '-c', '1', '--json', '--node-info', 'name', 'fd77::2']);
  });
});

test('an error that nothing handles', async () => {
  for (const crash of ['throw error', 'Promise.reject(error)']) {
    const source = `const error = new Error(${JSON.stringify(TEXT)}); setTimeout(() => { ${crash} }, 200)`;
    const node = ['--import', `data:text/javascript,${encodeURIComponent(source)}`, MAIN];
    const { stdout, stderr, status } = await run(process.execPath, [...node, 'ping', '-q', '10.1.1.2']);
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
    const file = folder.file('typescript');
    await run('script', ['-qec', command, file]);
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
    const capture = await screenOf('capture', '-i', NAME, '--duration', '0.6', '-w', folder.file('tty.pcap'));
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
