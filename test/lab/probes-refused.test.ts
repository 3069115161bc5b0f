/** Probing commands whose transport cannot be opened: they report it and end, without a socket that keeps them running. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { LabProcess } from '../support/lab-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Refuses to resolve the package, as Node does where it is not installed. */
const HIDE_PACKAGE = `data:text/javascript,${encodeURIComponent(`
  import { Module } from 'node:module';
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (name, ...rest) => resolve(name === 'raw-socket' ? 'hidden-by-the-test' : name, ...rest);
`)}`;
/** Milliseconds after which a program that has not ended counts as hanging: its status becomes -2. */
const LIMIT = 20_000;
const NO_ROUTE = '203.0.113.1';
const WORDS: Readonly<Record<string, readonly string[]>> = {
  ping: ['ping', '-c', '1'],
  'ping, two hosts': ['ping', '10.1.1.1'],
  traceroute: ['traceroute'],
  'traceroute by ICMP': ['traceroute', '-P', 'icmp'],
  'traceroute by TCP': ['traceroute', '-P', 'tcp'],
  mtr: ['mtr', '-c', '1'],
  'mtr by UDP': ['mtr', '-c', '1', '-P', 'udp'],
  sweep: ['sweep'],
  'sweep of ports': ['sweep', '-p', '80'],
};
const CASES = Object.entries(WORDS);

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

async function run(command: string, words: readonly string[]): Promise<{ stderr: string; status: number }> {
  await using program = new LabProcess(lab.host('left'), command, words);
  const timer = setTimeout(() => program.signal('SIGKILL'), LIMIT);
  const status = await program.exit();
  clearTimeout(timer);
  return { stderr: program.standardError, status };
}

describe('--transport raw-socket ends', () => {
  test.each(CASES)('without privilege: %s', async (_name, words) => {
    // The bounding set holds also where this is root of a user namespace.
    const drop = ['--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs', process.execPath];
    const { stderr, status } = await run('setpriv', [...drop, MAIN, ...words, '--transport', 'raw-socket', '10.1.1.2']);
    expect(stderr).toMatch(/^tapline: cannot open a raw socket: .*; run as root\n$/);
    expect(status).toBe(3);
  });

  test.each(CASES)('without the package: %s', async (_name, words) => {
    const node = ['--import', HIDE_PACKAGE, MAIN];
    const { stderr, status } = await run(process.execPath, [
      ...node,
      ...words,
      '--transport',
      'raw-socket',
      '10.1.1.2',
    ]);
    expect(stderr).toMatch(/^tapline: cannot load the raw-socket package: not installed, or not built; /);
    expect(status).toBe(1);
  });
});

test.each(['raw', 'raw-socket'])('a target without a route ends the command: %s', async (transport) => {
  for (const [, words] of CASES) {
    const { stderr, status } = await run(process.execPath, [MAIN, ...words, '--transport', transport, NO_ROUTE]);
    expect(stderr).toBe(`tapline: no route to ${NO_ROUTE}; add one, or choose an interface with -I\n`);
    expect(status).toBe(1);
  }
});
