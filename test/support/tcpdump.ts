/** tcpdump inside a lab, as a witness of what crosses a wire. @module */
import { expect } from 'vitest';
import type { LabHost } from '../../src/lab/index.ts';
import { framesDelivered } from './delivery.ts';
import { eventually } from './eventually.ts';
import { LabProcess } from './lab-process.ts';

/** A running tcpdump. */
export interface Witness {
  /**
   * Ends it once it has printed all that it received.
   * @param minimum number of lines to wait for first
   * @returns its lines
   */
  finish(minimum?: number): Promise<string[]>;
}

/** Resolves once a running tcpdump has read, or the kernel has dropped, `count` packets: on SIGINT it discards its ring. */
export async function caughtUp(tcpdump: LabProcess, count: number): Promise<void> {
  await eventually(async () => {
    const { captured, dropped } = await tcpdump.askCounters();
    expect(captured + dropped).toBeGreaterThanOrEqual(count);
  });
}

/** Resolves once a tcpdump in immediate mode reads no more. What it "received" may be more: packets before its filter was set. */
async function idle(tcpdump: LabProcess): Promise<void> {
  await framesDelivered();
  await eventually(async () => {
    const { captured } = await tcpdump.askCounters();
    expect((await tcpdump.askCounters()).captured).toBe(captured);
  });
}

/**
 * Starts tcpdump on an interface of a host, and resolves once it listens.
 * @param words its options and filter; `-n -l -i INTERFACE` are given
 */
export async function startTcpdump(
  path: string,
  host: LabHost,
  interfaceName: string,
  words: readonly string[] = [],
): Promise<Witness> {
  // -Z root: as root it would become another user, whom a namespace may not have.
  const options = ['-Z', 'root', '-n', '-l', '--immediate-mode', '-i', interfaceName, ...words];
  const tcpdump = new LabProcess(host, path, options);
  await tcpdump.said('listening on');
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
