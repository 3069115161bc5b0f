/** Runs tcpdump in a lab, to observe the frames on a wire. @module */
import { expect } from 'vitest';
import type { LabHost } from '../../src/lab/index.ts';
import { framesDelivered } from './delivery.ts';
import { eventually } from './eventually.ts';
import { LabProcess } from './lab-process.ts';

/** A running tcpdump. */
export interface Witness {
  /**
   * Stops tcpdump after it has printed all frames that it received.
   * @param minimum number of lines to wait for first
   * @returns the printed lines
   */
  finish(minimum?: number): Promise<string[]>;
}

/** Resolves when tcpdump has read, or the kernel has dropped, `count` packets. On SIGINT tcpdump discards its ring. */
export async function caughtUp(tcpdump: LabProcess, count: number): Promise<void> {
  await eventually(async () => {
    const { captured, dropped } = await tcpdump.askCounters();
    expect(captured + dropped).toBeGreaterThanOrEqual(count);
  });
}

/** Resolves when a tcpdump in immediate mode has read all packets. "Received" may be larger: it includes packets from before the filter. */
async function idle(tcpdump: LabProcess): Promise<void> {
  await framesDelivered();
  await eventually(async () => {
    const { captured } = await tcpdump.askCounters();
    expect((await tcpdump.askCounters()).captured).toBe(captured);
  });
}

/**
 * Starts tcpdump on an interface of a host, and resolves when it listens.
 * @param words options and filter, after `-n -l -i INTERFACE`
 */
export async function startTcpdump(
  path: string,
  host: LabHost,
  interfaceName: string,
  words: readonly string[] = [],
): Promise<Witness> {
  // -Z root: otherwise it would switch to a user that may not exist in the namespace.
  const options = ['-Z', 'root', '-n', '-l', '--immediate-mode', '-i', interfaceName, ...words];
  const tcpdump = new LabProcess(host, path, options);
  await tcpdump.printed('listening on');
  const lines = (): string[] =>
    tcpdump.standardOutput
      .toString('latin1')
      .split('\n')
      .filter((line) => line !== '');
  return {
    async finish(minimum = 0) {
      await eventually(() => expect(lines().length).toBeGreaterThanOrEqual(minimum));
      await idle(tcpdump);
      tcpdump.signal('SIGINT');
      await tcpdump.exit();
      return lines();
    },
  };
}
