/** Threads that die, as the main thread sees it: what is said, and what they had told until then. @module */
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ThreadHandle } from '../../../src/cli/capture/thread-handle.ts';

const STATISTICS = '{ received: 5, accepted: 4, dropped: 1, freezes: 0 }';
const COUNTERS = `{ kind: 'counters', frames: 4, bytes: 400, statistics: ${STATISTICS} }`;

/** A thread that tells that it captures, and its counters; then it does as `code` says. */
function begin(code: string, resourceLimits: { maxOldGenerationSizeMb?: number } = {}): ThreadHandle {
  const tell = `const { parentPort } = require('node:worker_threads');
    parentPort.postMessage({ kind: 'open', fanoutId: 3, described: { name: 'eth0', linkType: 1, snapLength: 96 } });
    parentPort.postMessage(${COUNTERS});`;
  const worker = new Worker(`${tell}\n${code}`, { eval: true, resourceLimits });
  return new ThreadHandle(worker, 'mail-1.pcap', () => {});
}

test.each([
  [
    'an exception that nobody catches',
    "setTimeout(() => { throw new RangeError('no such block'); }, 20);",
    'no such block',
  ],
  ['a promise that nobody looks after', "setTimeout(() => Promise.reject(new Error('lost')), 20);", 'lost'],
  ['an end without an error', 'setTimeout(() => process.exit(1), 20);', 'failed without an error'],
])('%s', async (_case, code, says) => {
  const thread = begin(code);
  expect(await thread.opened).toMatchObject({ fanoutId: 3 });
  await expect(thread.ended).rejects.toMatchObject({ code: 'THREAD', message: expect.stringContaining(says) });
  await expect(thread.ended).rejects.toThrow('the thread that wrote mail-1.pcap failed');
  await expect(thread.ended).rejects.toThrow('may end inside a frame');
  expect(thread.counters).toMatchObject({ frames: 4, bytes: 400, statistics: { dropped: 1 } });
  thread.request('end'); // one that is gone does not mind
});

test('memory that is used up', async () => {
  const hog = 'const held = []; setInterval(() => { for (let i = 0; i < 1e5; i += 1) held.push([i, {}]); }, 1);';
  const thread = begin(hog, { maxOldGenerationSizeMb: 16 });
  await expect(thread.ended).rejects.toMatchObject({ code: 'THREAD', message: expect.stringContaining('memory') });
});

test('one that fails in good order says so itself; one that does not begin is missed', async () => {
  const failed = begin("parentPort.postMessage({ kind: 'failed', code: 'DISK_FULL', message: 'the disk is full' });");
  await expect(failed.ended).rejects.toMatchObject({ code: 'DISK_FULL', message: 'the disk is full' });
  const silent = new ThreadHandle(new Worker('', { eval: true }), 'mail-2.pcap', () => {});
  await expect(silent.opened).rejects.toThrow('mail-2.pcap');
  const ended = begin(`parentPort.postMessage({ ...${COUNTERS}, kind: 'end', reason: 'limit' });`);
  expect(await ended.ended).toBe('limit');
});

test('one that is done is not waited for any longer, whatever it still has to do', async () => {
  const end = `parentPort.postMessage({ ...${COUNTERS}, kind: 'end', reason: 'limit' });`;
  const failure = "parentPort.postMessage({ kind: 'failed', code: 'DISK_FULL', message: 'the disk is full' });";
  const rest = "parentPort.postMessage({ kind: 'done' }); parentPort.once('message', () => {});"; // lives until it is told
  const done = begin(end + rest);
  expect(await done.ended).toBe('limit');
  const failed = begin(end + failure + rest);
  await expect(failed.ended).rejects.toMatchObject({ code: 'DISK_FULL' });
  for (const thread of [done, failed]) thread.request('end');
});
