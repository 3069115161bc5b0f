/** Knows when the kernel has delivered every frame that was sent so far. @module */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';

/** `softnet_backlog_len` in /proc/net/softnet_stat (net/core/net-procfs.c): frames that a processor has yet to receive. */
const BACKLOG = 11;
/** Looks in a row that must find nothing: a frame just taken from the backlog may still be on its way to a socket. */
const LOOKS = 3;

/**
 * Resolves when no frame is left between the interfaces of a lab. A veth device queues a frame on the sending processor;
 * under load the kernel delivers it later, in a thread of its own, after the system call that sent it has returned.
 */
export async function framesDelivered(): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    await eventually(() => expect(backlog(), 'frames in the backlogs of all processors').toBe(0));
    await new Promise(setImmediate);
  }
}

/** Frames that all processors together have yet to receive. */
export function backlog(): number {
  const lines = readFileSync('/proc/net/softnet_stat', 'latin1').trimEnd().split('\n');
  return lines.reduce((sum, line) => sum + Number.parseInt(line.split(' ')[BACKLOG] ?? '0', 16), 0);
}
