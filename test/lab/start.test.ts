/** What a capture has loaded when it listens. How long that takes is measured by bench/live/start.ts. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TestFolder } from '../support/capture-lab.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Writes the names of the modules of Node that are loaded to standard output when the program writes `listening on`. */
const PRELOAD = `
  const fs = require('node:fs');
  const { writeSync } = fs;
  fs.writeSync = (fd, data, ...rest) => {
    if (String(data).includes('listening on')) writeSync(1, JSON.stringify(process.moduleLoadList));
    return writeSync(fd, data, ...rest);
  };`;

/** Modules that load many others. */
const COSTLY = ['stream', 'net', 'tty', 'zlib', 'child_process', 'worker_threads', 'fs/promises', 'dns/promises', 'v8'];

test.each([
  ['the screen', []],
  ['a file', ['-w']],
])('to %s: no costly module of Node', (_, write) => {
  using folder = new TestFolder();
  const preload = folder.file('preload.cjs');
  writeFileSync(preload, PRELOAD);
  const words = ['-i', 'lo', '--duration', '0.01', ...write.flatMap((option) => [option, folder.file('x.pcap')])];
  const { stdout, status } = spawnSync(process.execPath, ['--require', preload, MAIN, 'capture', ...words, 'udp'], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded).toContain('NativeModule fs');
  expect(COSTLY.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
});
