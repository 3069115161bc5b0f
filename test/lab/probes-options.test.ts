/** Options of the probing commands that only a kernel can prove: on real routers, and on a TUN device that answers. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readU8, readU32, writeU16 } from '../../src/base/bytes.ts';
import { checksumSum } from '../../src/base/checksum.ts';
import { CHAIN_TARGET, createLab, type Lab, routerChain } from '../../src/lab/index.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { pseudoHeaderSum } from '../../src/wire/pseudo-header.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { TunDevice } from '../support/tun.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ROUTERS = ['10.1.1.254', '10.0.1.10', '10.0.1.14'];

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(routerChain({ lastMtu: 1400 }));
});
afterAll(() => lab.close());

async function taplineOn(
  host: string,
  words: readonly string[],
): Promise<{ stdout: string; stderr: string; status: number }> {
  await using program = new LabProcess(lab.host(host), process.execPath, [MAIN, ...words]);
  const status = await program.exit();
  return { stdout: program.standardOutput.toString(), stderr: program.standardError, status };
}

const tapline = (...words: string[]): ReturnType<typeof taplineOn> => taplineOn('source', words);

describe('link-local addresses', () => {
  /** The address that the kernel gave to an interface, once it is no longer tentative. */
  async function linkLocal(host: string, name: string): Promise<string> {
    const line = new RegExp(`^(fe80[0-9a-f]{28}) \\S+ \\S+ \\S+ 80 +${name}$`, 'm');
    const list = (): string => lab.host(host).run(() => readFileSync('/proc/self/net/if_inet6', 'utf8'));
    await eventually(() => expect(list()).toMatch(line));
    const [, hex = ''] = line.exec(list()) ?? [];
    return hex.replaceAll(/.{4}(?!$)/g, '$&:');
  }

  test('are pinged and shown with their zone; as a source, too', async () => {
    const [router, own] = [await linkLocal('router2', 'left'), await linkLocal('router1', 'right')];
    const words = ['ping', '-c', '2', '-i', '0.05', '-S', `${own}%right`, `${router}%right`];
    const run = await taplineOn('router1', words);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/64 bytes from fe80::[0-9a-f:]+%right, icmp_seq=1 hlim=64 time=/);
    expect(run.stdout).toMatch(/2 packets transmitted, 2 packets received/);
  });

  test.each(['icmp', 'udp', 'tcp'])('are traced by %s', async (protocol) => {
    const router = await linkLocal('router1', 'left');
    const { stdout, status } = await tapline('traceroute', '-n', '-P', protocol, `${router}%right`);
    expect(stdout).toMatch(/^ 1 {2}fe80::[0-9a-f:]+%right( {2}\d+\.\d{3} ms){3}\n$/);
    expect(status).toBe(0);
  });

  test('a zone that is no interface, and two that differ', async () => {
    expect((await tapline('ping', '-c', '1', 'fe80::1%nowhere')).stderr).toMatch(/cannot use the interface nowhere/);
    const two = await tapline('ping', '-c', '1', '-I', 'lo', 'fe80::1%right');
    expect([two.status, two.stderr]).toEqual([
      2,
      'tapline: target is on interface right, but --interface is lo; omit --interface\n',
    ]);
  });
});

describe('what a TUN device sees and answers', () => {
  const HEADER6 = 40;

  function answer6(request: Uint8Array, message: Uint8Array): Uint8Array {
    const [source, destination] = [request.slice(24, 40), request.slice(8, 24)];
    const out = new Uint8Array(HEADER6 + message.length);
    const header = { source, destination, nextHeader: 58, hopLimit: 60, payloadLength: message.length };
    const at = encodeIpv6(header, out);
    writeU16(message, 2, 0);
    writeU16(message, 2, ~checksumSum(message, 0, message.length, pseudoHeaderSum(out, 8, 16, 58, message.length)));
    out.set(message, at);
    return out;
  }

  const isIcmp6 = (packet: Uint8Array, type: number): boolean =>
    readU8(packet, 0) >>> 4 === 6 && readU8(packet, 6) === 58 && readU8(packet, HEADER6) === type;

  test('--flow-label stands in every probe, with --tos', async () => {
    const words: number[] = [];
    using _tun = await TunDevice.open(lab.host('source'), 'fd77::1/64', (packet) => {
      if (!isIcmp6(packet, 128)) return [];
      words.push(readU32(packet, 0));
      const message = packet.slice(HEADER6);
      message[0] = 129;
      return [answer6(packet, message)];
    });
    const run = await tapline('ping', '-c', '3', '-i', '0.02', '--flow-label', '703710', '--tos', '184', 'fd77::2');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(words.map((word) => word.toString(16))).toEqual(['6b8abcde', '6b8abcde', '6b8abcde']);
  });

  test('--node-info asks, and shows what is told', async () => {
    using _tun = await TunDevice.open(lab.host('source'), 'fd77::1/64', (packet) => {
      if (!isIcmp6(packet, 139)) return [];
      const told = Uint8Array.from(Buffer.from(`00000000${'04686f7374'}${'076578616d706c65'}00`, 'hex'));
      const message = new Uint8Array(16 + told.length);
      message.set(packet.subarray(HEADER6, HEADER6 + 16));
      message[0] = 140;
      message[1] = 0;
      message.set(told, 16);
      return [answer6(packet, message)];
    });
    const run = await tapline('ping', '-c', '1', '--node-info', 'name', 'fd77::2');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/ bytes from fd77::2, icmp_seq=0 hlim=60 time=\d+\.\d{3} ms name: host\.example\n/);
    const wrong = await tapline('ping', '-c', '1', '--node-info', 'name', '10.1.1.254');
    expect([wrong.status, wrong.stderr]).toEqual([2, 'tapline: --node-info needs an IPv6 host, not 10.1.1.254\n']);
  });

  test('-M mask asks for the mask; Linux itself never answers', async () => {
    using _tun = await TunDevice.open(lab.host('source'), '10.77.0.1/24', (packet) => {
      if (readU8(packet, 9) !== 1 || readU8(packet, 20) !== 17) return [];
      const message = packet.slice(20);
      message[0] = 18;
      message.set([255, 255, 255, 0], 8);
      writeU16(message, 2, 0);
      writeU16(message, 2, ~checksumSum(message, 0, message.length));
      const [source, destination] = [packet.slice(16, 20), packet.slice(12, 16)];
      const out = new Uint8Array(20 + message.length);
      const header = { source, destination, protocol: 1, timeToLive: 60, payloadLength: message.length };
      out.set(message, encodeIpv4(header, out));
      return [out];
    });
    const run = await tapline('ping', '-c', '1', '-M', 'mask', '10.77.0.2');
    expect(run.stdout).toMatch(
      /12 bytes from 10\.77\.0\.2: icmp_seq=0 ttl=60 time=\d+\.\d{3} ms mask=255\.255\.255\.0\n/,
    );
    expect((await tapline('ping', '-c', '1', '-W', '0.2', '-M', 'mask', '10.1.1.254')).status).toBe(2);
  });
});

describe('paths', () => {
  test('--asn-file, plain and gzip, in text, JSON and reports; --hide in all of them', async () => {
    using folder = new TestFolder();
    const lines = '10.1.1.0/24,64496,Near\n10.0.1.0\t10.0.1.255\t64497\tZZ\tMiddle\n10.1.2.0/24 AS64498 Far\n';
    writeFileSync(folder.file('as.txt'), lines);
    writeFileSync(folder.file('as.txt.gz'), gzipSync(lines));
    for (const name of ['as.txt', 'as.txt.gz']) {
      const { stdout } = await tapline(
        'traceroute',
        '-n',
        '-q',
        '1',
        '--asn-file',
        folder.file(name),
        CHAIN_TARGET.ipv4,
      );
      expect(stdout.replaceAll(/ {2}\d+\.\d{3} ms/g, '')).toBe(
        ` 1  [AS64496] ${ROUTERS[0]}\n 2  [AS64497 ZZ] ${ROUTERS[1]}\n 3  [AS64497 ZZ] ${ROUTERS[2]}\n 4  [AS64498] ${CHAIN_TARGET.ipv4}\n`,
      );
    }
    const shared = ['-n', '--hide', '2', '--asn-file', folder.file('as.txt'), CHAIN_TARGET.ipv4];
    const hidden = new RegExp([ROUTERS[0], ROUTERS[1], '10\\.1\\.1\\.1', '64496'].join('|'));
    for (const words of [
      ['traceroute', '-S', '10.1.1.1'],
      ['traceroute', '--json', '-S', '10.1.1.1'],
      ['traceroute', '--ndjson'],
      ['traceroute', '--dot'],
      ['mtr', '-c', '2', '-i', '0.1'],
      ['mtr', '-c', '2', '-i', '0.1', '--json'],
      ['mtr', '-c', '2', '-i', '0.1', '--csv'],
      ['mtr', '-c', '2', '-i', '0.1', '--xml'],
      ['mtr', '-c', '2', '-i', '0.1', '--prometheus'],
    ]) {
      const run = await tapline(...words, ...shared);
      expect(run.stdout, words.join(' ')).toContain('hidden');
      expect(run.stdout, words.join(' ')).toContain(ROUTERS[2]);
      expect(run.stdout + run.stderr, words.join(' ')).not.toMatch(hidden);
      expect(run.status, words.join(' ')).toBe(0);
    }
    const recorded = await tapline('traceroute', '--hide', '1', '--pcap', folder.file('x.pcapng'), CHAIN_TARGET.ipv4);
    expect([recorded.status, recorded.stderr]).toEqual([
      2,
      'tapline: --hide and --pcap exclude each other: the file would contain the hidden hops\n',
    ]);
  });

  test('a table that is none says which file and line', async () => {
    using folder = new TestFolder();
    writeFileSync(folder.file('bad'), '10.0.0.0/8 64496\nnonsense\n');
    const bad = await tapline('traceroute', '--asn-file', folder.file('bad'), CHAIN_TARGET.ipv4);
    expect(bad.stderr).toMatch(/cannot use --asn-file .*bad: line 2: not a network with an AS number: nonsense\n$/);
    expect(bad.status).toBe(6);
    const none = await tapline('mtr', '--asn-file', folder.file('none'), CHAIN_TARGET.ipv4);
    expect([none.status, none.stderr.includes('no such file or directory')]).toEqual([2, true]);
    writeFileSync(folder.file('zero.gz'), 'no gzip at all');
    expect((await tapline('mtr', '--asn-file', folder.file('zero.gz'), CHAIN_TARGET.ipv4)).status).toBe(2);
    writeFileSync(folder.file('long'), 'x'.repeat(1 << 20));
    const long = await tapline('mtr', '--asn-file', folder.file('long'), CHAIN_TARGET.ipv4);
    expect(long.stderr).toMatch(/a line is too long\n$/);
  });

  test.each(['ipv4', 'ipv6'] as const)('--mtu names the MTU hop by hop over %s', async (family) => {
    const { stdout } = await tapline('traceroute', '-n', '-q', '1', '--mtu', CHAIN_TARGET[family]);
    expect([...stdout.matchAll(/ F=(\d+)/g)].map(([, mtu]) => Number(mtu))).toEqual([1500, 1500, 1500, 1400]);
    expect(stdout).toMatch(/path MTU 1400\n$/);
  });

  test('--changes says nothing where nothing is changed, with a DSCP and ECN of one’s own', async () => {
    for (const protocol of ['udp', 'icmp', 'tcp']) {
      const words = ['-n', '-q', '1', '-P', protocol, '--tos', '186', '--changes', '--back'];
      const { stdout } = await tapline('traceroute', ...words, CHAIN_TARGET.ipv4);
      expect(stdout.replaceAll(/ {2}\d+\.\d{3} ms/g, ''), protocol).toBe(
        [...ROUTERS, CHAIN_TARGET.ipv4].map((address, at) => ` ${at + 1}  ${address}\n`).join(''),
      );
      const json = await tapline('traceroute', '--json', ...words, CHAIN_TARGET.ipv4);
      expect(json.stdout, protocol).toContain('"quotedTrafficClass":186');
    }
  });

  test('local errors are results', async () => {
    const mtu = await tapline('traceroute', '--mtu', '-P', 'tcp', CHAIN_TARGET.ipv4);
    expect([mtu.status, mtu.stderr]).toEqual([
      2,
      'tapline: --mtu needs UDP or ICMP probes: a SYN segment has a fixed size; use -P udp or -P icmp\n',
    ]);
    expect((await tapline('traceroute', '-n', '192.0.2.1%x')).status).toBe(68); // IPv4 has no zones
    const words = ['ping', '-D', '-s', '3000', '-c', '1', '-W', '0.2'];
    expect((await tapline(...words, '10.1.1.254')).stdout).toContain('ping: sendto: Message too long, mtu=1500\n');
    expect((await tapline(...words, '--style', 'iputils', '10.1.1.254')).stdout).toContain(
      'ping: local error: message too long, mtu=1500\n',
    );
  });
});

test('mtr on a terminal: an order of columns is typed, extensions, jitter and names are switched', async () => {
  using folder = new TestFolder();
  const command = `stty cols 120; ${process.execPath} ${MAIN} mtr -n -i 0.2 ${CHAIN_TARGET.ipv4}`;
  const [keys, file] = [folder.file('keys'), folder.file('typescript')];
  expect(spawnSync('mkfifo', [keys]).status).toBe(0);
  const words = ['-c', `exec script -qfc '${command}' ${file} < ${keys}`];
  await using shell = new LabProcess(lab.host('source'), 'sh', words);
  const keyboard = openSync(keys, 'w'); // waits for the reader
  const shows = (what: RegExp): Promise<void> => eventually(() => expect(readFileSync(file, 'utf8')).toMatch(what));
  await shows(/ 4\. 10\.1\.2\.2 /);
  writeSync(keyboard, 'j');
  await shows(/ Snt +Last +Jttr +Javg +Jmax +Jint/);
  writeSync(keyboard, 'orsx9\x7fa');
  await shows(/column order \(Enter applies, Escape cancels\): RSA_/);
  writeSync(keyboard, '\r');
  await shows(/Host +Rcv +Snt +Avg/);
  writeSync(keyboard, 'q');
  closeSync(keyboard);
  expect(await shell.exit()).toBe(0);
});
