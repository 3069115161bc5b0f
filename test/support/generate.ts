/** Load for captures: frames as fast as trafgen (netsniff-ng) makes them, from a process of its own. @module */
import { writeFileSync } from 'node:fs';
import type { Lab } from '../../src/lab/index.ts';
import type { TestFolder } from './capture-lab.ts';
import { LabProcess } from './lab-process.ts';

export interface Load {
  /** Of host `left`. */
  readonly interfaceName: string;
  readonly frames: number;
  /** Bytes, from 42 on. */
  readonly frameLength: number;
  /** Nanoseconds from frame to frame; none for full speed. */
  readonly gap?: number;
  /** `sp` of the UDP header as trafgen's language has it: a number, or `drnd()` for another one each time. */
  readonly sourcePort?: string;
}

/** Sends UDP frames to port 9 of a foreign MAC address, which no kernel answers. Resolves when all are sent. */
export async function generate(trafgen: string, lab: Lab, folder: TestFolder, load: Load): Promise<void> {
  const { interfaceName, frames, frameLength, gap, sourcePort = '4000' } = load;
  const config = folder.file(`${interfaceName}.cfg`);
  writeFileSync(
    config,
    '{ eth(da=02:00:00:00:00:99, sa=02:00:00:00:00:01), ipv4(da=10.1.1.99, sa=10.1.1.1), ' +
      `udp(sp=${sourcePort}, dp=9), fill(0x5a, ${frameLength - 42}) }\n`,
  );
  const words = ['--dev', interfaceName, '--conf', config, '--num', String(frames), '--cpus', '1'];
  if (gap !== undefined) words.push('--gap', `${gap}ns`);
  await using program = new LabProcess(lab.host('left'), trafgen, words);
  const status = await program.exit();
  if (status !== 0) throw new Error(`trafgen ended with ${status}: ${program.standardError}`);
}
