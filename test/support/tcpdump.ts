/** tcpdump inside a lab, as a witness of what crosses a wire. @module */
import type { LabHost } from '../../src/lab/index.ts';
import { LabProcess } from './lab-process.ts';

/** A running tcpdump. */
export interface Witness {
  /** Ends it and gives its lines. */
  finish(): Promise<string[]>;
}

/** What was sent before `finish` has crossed the wire; tcpdump gets this long to print it. */
const SETTLE_MILLISECONDS = 150;

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
  return {
    async finish() {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
      tcpdump.signal('SIGINT');
      await tcpdump.exit();
      return tcpdump.standardOutput
        .toString('latin1')
        .split('\n')
        .filter((line) => line !== '');
    },
  };
}
