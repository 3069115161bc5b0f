/** `tapline filter` as its user runs it, beside `tcpdump -d`. @module */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createPcapWriter, LinkType } from '../../src/index.ts';
import { TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { requirePeer } from '../support/peers.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

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
    const path = folder.file('frame.pcap');
    const data = taggedFrame([], 20);
    const writer = createPcapWriter(path, { linkType: LinkType.ethernet });
    const { length } = data;
    writer.add({ data, offset: 0, length, wireLength: length, seconds: 1, nanoseconds: 0, interfaceIndex: 0 }, length);
    await writer.close();
    expect(filter('udp port 9', '--trace', `${path}#1`).stdout).toMatch(/ldh +\[12\].*0x800/s);
    expect(filter('udp port 9', '--trace', `${path}#2`)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('has no frame 2'),
    });
  });
});

test('wrong text: 2, and carets', () => {
  const { stderr, status } = filter('tcp prot 25');
  expect(status).toBe(2);
  expect(stderr).toMatch(/\n {2}tcp prot 25\n {6}\^{4}/);
});
