/** The state directory: who may use it, and its locks. @module */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StateDirectory } from '../../src/configure/state-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapline-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a directory that others can write to is refused, and so is a symbolic link', () => {
  const path = join(folder, 'state');
  StateDirectory.open(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  chmodSync(path, 0o770);
  expect(() => StateDirectory.open(path)).toThrow(expect.objectContaining({ code: 'JOURNAL' }));
  chmodSync(path, 0o700);
  symlinkSync(path, join(folder, 'link'));
  expect(() => StateDirectory.open(join(folder, 'link'))).toThrow(/must be a directory of this user/);
});

test('a journal replaces the one before it, and leaves no temporary file', () => {
  const directory = StateDirectory.open(folder);
  directory.writePending('one');
  const version = directory.pendingVersion();
  directory.writePending('two');
  expect(directory.readPending()).toBe('two');
  expect(directory.pendingVersion()).not.toBe(version);
  directory.endPending('outcome');
  expect([directory.readPending(), directory.readOutcome()]).toEqual([undefined, 'outcome']);
  expect(readdirSync(folder)).toEqual(['outcome.json']);
});

test('a lock names its holder, and ends with it', () => {
  const directory = StateDirectory.open(folder);
  const lock = directory.lock('MTU of eth0: a longer title');
  expect(directory.lock('another')).toBe('MTU of eth0: a longer title');
  if (typeof lock === 'string') return expect.fail();
  lock[Symbol.dispose]();
  const second = directory.lock('short');
  expect(directory.lock('another')).toBe('short');
  if (typeof second !== 'string') second[Symbol.dispose]();
  expect(directory.hasGuard()).toBe(false);
  using _guard = directory.lockGuard();
  return expect(directory.hasGuard()).toBe(true);
});
