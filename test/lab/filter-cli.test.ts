/** `tapline filter` as its user runs it, beside `tcpdump -d`. @module */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createPcapWriter, LinkType } from '../../src/index.ts';
import { TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { requirePeer } from '../support/peers.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A capture of these frames. */
async function fileOf(folder: TestFolder, frames: readonly Uint8Array[]): Promise<string> {
  const path = folder.file('frames.pcap');
  const writer = createPcapWriter(path, { linkType: LinkType.ethernet });
  for (const data of frames) {
    const { length } = data;
    writer.add({ data, offset: 0, length, wireLength: length, seconds: 1, nanoseconds: 0, interfaceIndex: 0 }, length);
  }
  await writer.close();
  return path;
}

function filter(...words: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [MAIN, 'filter', ...words], { encoding: 'utf8' });
}

describe('the program', () => {
  // A filter that leaves nothing to be better at, so that both programs are the same.
  test.each(['-d', '-dd', '-ddd'])('%s prints as tcpdump does', (form) => {
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    const theirs = execFileSync(tcpdump, ['-y', 'EN10MB', form, 'ip'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(filter('ip', form)).toMatchObject({ stdout: theirs, status: 0 });
  });

  test('of another link type, another snap length, without the optimiser', () => {
    expect(filter('ip', '--link-type', 'RAW', '-s', '96').stdout).toContain('ret      #96');
    expect(filter('ip', '--link-type', 'NOSUCH')).toMatchObject({ status: 2 });
    const lines = (text: string): number => text.trim().split('\n').length;
    const optimised = lines(filter('tcp or udp').stdout);
    expect(lines(filter('tcp or udp', '-O').stdout)).toBeGreaterThan(optimised);
  });

  test('ready programs are read back', () => {
    using folder = new TestFolder();
    const program = filter('tcp port 25', '-ddd').stdout;
    writeFileSync(folder.file('program.txt'), program);
    expect(filter('--bpf', folder.file('program.txt'), '-ddd').stdout).toBe(program);
    writeFileSync(folder.file('broken.txt'), '1\n40 0 0 12\n');
    expect(filter('--bpf', folder.file('broken.txt')).status).not.toBe(0);
  });
});

describe('what it means', () => {
  test('in words, as a graph, as JSON', () => {
    expect(filter('tcp port 25', '--explain').stdout).toContain('tcp source or destination port 25');
    expect(filter('tcp port 25', '--graph').stdout).toMatch(/^digraph [\s\S]*->[\s\S]*\}\n$/);
    const parsed = JSON.parse(filter('ip', '--json').stdout) as { linkType: string; instructions: unknown[] };
    expect(parsed).toMatchObject({ linkType: 'EN10MB', expression: 'ip' });
    expect(parsed.instructions).toHaveLength(4);
  });

  test('step by step, why it took a frame', async () => {
    using folder = new TestFolder();
    const path = await fileOf(folder, [taggedFrame([], 20)]);
    expect(filter('udp port 9', '--trace', `${path}#1`).stdout).toMatch(/ldh +\[12\].*0x800/s);
    expect(filter('udp port 9', '--trace', `${path}#2`)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('has no frame 2; it has 1'),
    });
  });

  test('which words decided, also as JSON', async () => {
    using folder = new TestFolder();
    const path = await fileOf(folder, [taggedFrame([], 20)]);
    expect(filter('ip and port 99', '--trace', path).stdout).toMatch(
      /^Decision\n {2}no {2}port 99: udp source port is \d+, udp destination port is 9\n\nProgram\n {2}\(000\)/,
    );
    const parsed = JSON.parse(filter('ip and port 99', '--trace', path, '--json').stdout) as { matches: boolean };
    expect(parsed).toMatchObject({
      linkType: 'EN10MB',
      matches: false,
      verdict: 0,
      tests: [{ text: 'port 99', offset: 7, length: 7, matches: false, because: [{}, { value: '9' }] }],
    });
  });

  test('how many frames each test matches, as tcpdump counts them', async () => {
    using folder = new TestFolder();
    const frames = [taggedFrame([], 20), taggedFrame([], 300), taggedFrame([[0x8100, 5]], 20)];
    const path = await fileOf(folder, frames);
    const { stdout, status } = filter('udp port 9 and (less 100 or arp)', '--count', path);
    expect({ stdout, status }).toEqual({
      status: 0,
      stdout: '2  udp port 9\n2  less 100\n0  arp\n1  the whole filter\n3  frames in the file\n',
    });
    const parsed = JSON.parse(filter('udp port 9', 'and', 'less 100', '--count', path, '--json').stdout) as {
      matches: number;
      tests: { text: string; matches: number }[];
    };
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    const count = (text: string): number => {
      const words = ['-nr', path, text];
      const lines = execFileSync(tcpdump, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return lines.split('\n').filter((line) => line !== '').length;
    };
    expect(parsed.tests.map(({ text }) => text)).toEqual(['udp port 9', 'less 100']);
    for (const { text, matches } of parsed.tests) expect(matches).toBe(count(text));
    expect(parsed.matches).toBe(count('udp port 9 and less 100'));
  });

  test('options that exclude each other', () => {
    expect(filter('ip', '--explain', '--count', 'x').stderr).toContain('--explain and --count exclude each other');
    expect(filter('ip', '--json', '--explain').stderr).toContain('--json and --explain exclude each other');
  });
});

test('a filter that matches nothing: 2 where libpcap refuses it, a warning elsewhere', () => {
  expect(filter('port 443 and icmp')).toMatchObject({
    status: 2,
    stderr:
      'tapline: "port 443" and "icmp" exclude each other; no packet can match this filter\n' +
      '  port 443 and icmp\n  ^^^^^^^^     ^^^^\n',
  });
  const { status, stderr, stdout } = filter('geneve and tcp and udp', '--json');
  expect({ status, stderr: stderr.split('\n')[0] }).toEqual({
    status: 0,
    stderr: 'tapline: warning: "tcp" and "udp" exclude each other; no packet can match this filter',
  });
  expect(JSON.parse(stdout)).toMatchObject({
    warnings: [
      {
        parts: [
          { offset: 11, length: 3 },
          { offset: 19, length: 3 },
        ],
      },
    ],
  });
});

test('a field that frames of a file do not have: 2', () => {
  const { status, stderr } = filter('not inbound');
  expect(status).toBe(2);
  expect(stderr).toContain('EN10MB (Ethernet) frames carry no direction');
  expect(filter('not inbound', '--live').status).toBe(0);
});

test('wrong text: 2, and carets', () => {
  const { stderr, status } = filter('tcp prot 25');
  expect(status).toBe(2);
  expect(stderr).toMatch(/\n {2}tcp prot 25\n {6}\^{4}/);
});
