/** Partial, interrupted and failing writes to a descriptor, with a simulated write(2). @module */
import type * as fs from 'node:fs';
import { mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { DescriptorSink } from '../../src/pcap/file-sink.ts';

vi.mock('node:fs', async (original) => ({ ...(await original<typeof fs>()), writeSync: vi.fn() }));
const { writeSync: realWrite } = await vi.importActual<typeof fs>('node:fs');

const folder = mkdtempSync(join(tmpdir(), 'tapline-sink-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Makes write(2) accept `room` bytes, at most `step` per call, then fail with `error`; interrupts every third call. */
function limitWrites(room: number, step: number, error: string): void {
  let left = room;
  let calls = 0;
  const limited = (descriptor: number, bytes: Uint8Array, offset: number, length: number): number => {
    calls += 1;
    if (calls % 3 === 0) throw Object.assign(new Error('once more'), { code: calls % 2 === 0 ? 'EINTR' : 'EAGAIN' });
    const accepted = Math.min(left, step, length);
    if (accepted === 0) throw Object.assign(new Error('no'), { code: error });
    left -= accepted;
    return realWrite(descriptor, bytes, offset, accepted);
  };
  vi.mocked(writeSync).mockImplementation(limited as typeof writeSync);
}

function openSink(name: string): DescriptorSink {
  const descriptor = openSync(join(folder, name), 'w');
  return new DescriptorSink({ descriptor, name, isFile: true, isOurs: true });
}

test.each([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EFBIG', 'DISK_FULL'],
  ['EPIPE', 'OUTPUT_CLOSED'],
  ['EIO', 'SYSCALL'],
])('%s after partial and interrupted writes is %s', async (errno, code) => {
  limitWrites(100, 7, errno);
  const sink = openSink(errno);
  expect(sink.write(new Uint8Array(60))).toBe(60);
  expect(sink.failure).toBeUndefined();
  expect(sink.write(new Uint8Array(60))).toBe(40);
  expect(sink.failure).toMatchObject({ code });
  expect(statSync(join(folder, errno)).size).toBe(100);
  expect(sink.takeBack(40)).toBe(true);
  expect(statSync(join(folder, errno)).size).toBe(60);
  await sink.close();
  await sink.close();
});

test('repeated writes that accept no bytes are an error', async () => {
  vi.mocked(writeSync).mockReturnValue(0);
  const sink = openSink('nothing');
  expect(sink.write(new Uint8Array(60))).toBe(0);
  expect(sink.failure).toMatchObject({ code: 'SYSCALL', message: 'cannot write to nothing: write accepted no bytes' });
  await sink.close();
});
