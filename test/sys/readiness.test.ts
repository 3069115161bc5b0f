import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { AF_INET, MSG_DONTWAIT, SOCK_DGRAM } from '../../src/sys/constants.ts';
import { bind, close, recv, socket } from '../../src/sys/libc.ts';
import { ReadableWaiter, type Readiness, waitReadable, watchByPool, watchReadable } from '../../src/sys/readiness.ts';

/** Node's socket, which sends to a socket of `sys` on a loopback port. */
const sender: Socket = createSocket('udp4');
const descriptors: number[] = [];

afterEach(() => {
  for (const fd of descriptors.splice(0)) close(fd);
});

function receiver(port: number): number {
  const fd = socket(AF_INET, SOCK_DGRAM, 0);
  expect(fd).toBeGreaterThanOrEqual(0);
  descriptors.push(fd);
  const address = Uint8Array.of(AF_INET, 0, port >> 8, port & 0xff, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(bind(fd, address, address.length)).toBe(0);
  return fd;
}

function send(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sender.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
  });
}

const data = new Uint8Array(64);

describe.each([
  ['koffi’s poll handle', watchReadable, 40_101],
  ['poll(2) on the thread pool', watchByPool, 40_102],
])('%s', (_name, watch, port) => {
  test('calls back for each datagram until it is closed', async () => {
    const fd = receiver(port);
    const texts: string[] = [];
    let wake: () => void = () => {};
    const readiness: Readiness = watch(fd, () => {
      const length = recv(fd, data, data.length, MSG_DONTWAIT);
      if (length < 0) return;
      texts.push(Buffer.from(data.subarray(0, length)).toString());
      wake();
    });
    for (const text of ['first', 'second']) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await send(port, text);
      await woken;
    }
    expect(texts).toEqual(['first', 'second']);
    readiness.pause();
    readiness.pause();
    await send(port, 'held');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(texts).toEqual(['first', 'second']);
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    readiness.resume();
    readiness.resume();
    await woken;
    expect(texts.splice(2)).toEqual(['held']);
    readiness.close();
    readiness.close();
    readiness.resume();
    await send(port, 'third');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(texts).toEqual(['first', 'second']);
  });
});

describe('waitReadable', () => {
  test('resolves when data arrives, and when aborted', async () => {
    const port = 40_103;
    const fd = receiver(port);
    const stop = new AbortController();
    const waiting = waitReadable(fd, stop.signal);
    stop.abort();
    await waiting;
    expect(recv(fd, data, data.length, MSG_DONTWAIT)).toBe(-1);
    await waitReadable(fd, stop.signal);

    await send(port, 'now');
    await waitReadable(fd);
    expect(recv(fd, data, data.length, MSG_DONTWAIT)).toBe(3);
  });
});

describe('ReadableWaiter', () => {
  test('waits repeatedly, also for data that arrived between waits, until it is aborted', async () => {
    const port = 40_104;
    const fd = receiver(port);
    const stop = new AbortController();
    const waiter = new ReadableWaiter(fd, stop.signal);
    for (let round = 0; round < 3; round += 1) {
      const waiting = waiter.wait();
      await send(port, 'now');
      await waiting;
      expect(recv(fd, data, data.length, MSG_DONTWAIT)).toBe(3);
      await send(port, 'later');
      await new Promise((resolve) => setTimeout(resolve, 20));
      await waiter.wait();
      expect(recv(fd, data, data.length, MSG_DONTWAIT)).toBe(5);
    }
    const waiting = waiter.wait();
    stop.abort();
    await waiting;
    await waiter.wait();
    waiter.close();
    waiter.close();
  });
});
