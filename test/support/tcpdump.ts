/** tcpdump inside a lab, as a witness of what crosses a wire. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabHost } from '../../src/lab/index.ts';
import { LabProcess } from './lab-process.ts';

/** A running tcpdump. */
export interface Witness {
  /**
   * Ends it and gives its lines.
   * @param minimum waits for so many lines first, five seconds at most
   */
  finish(minimum?: number): Promise<string[]>;
}

/** What comes after the last line that was waited for gets this long to be printed as well. */
const SETTLE_MILLISECONDS = 150;
const PATIENCE_MILLISECONDS = 5000;

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
      const deadline = performance.now() + PATIENCE_MILLISECONDS;
      while (lines().length < minimum && performance.now() < deadline) await sleep(20);
      await sleep(SETTLE_MILLISECONDS);
      tcpdump.signal('SIGINT');
      await tcpdump.exit();
      return lines();
    },
  };
}
