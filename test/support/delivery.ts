/** Waits until the kernel has delivered all frames sent so far. @module */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';

/** Column `softnet_backlog_len` of /proc/net/softnet_stat (net/core/net-procfs.c): frames queued for a processor. */
const BACKLOG = 11;
/** Consecutive samples that must be 0: a frame just removed from the backlog may not have reached its socket yet. */
const SAMPLES = 3;

/**
 * Resolves when no frame is left between the interfaces of a lab. A veth device queues a frame on the sending processor;
 * under load the kernel delivers it in a separate thread, after the sending system call has returned.
 */
export async function framesDelivered(): Promise<void> {
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await eventually(() => expect(backlog(), 'frames in the backlogs of all processors').toBe(0));
    await new Promise(setImmediate);
  }
}

/** Returns the number of frames in the backlogs of all processors. */
export function backlog(): number {
  const lines = readFileSync('/proc/net/softnet_stat', 'latin1').trimEnd().split('\n');
  return lines.reduce((sum, line) => sum + Number.parseInt(line.split(' ')[BACKLOG] ?? '0', 16), 0);
}
