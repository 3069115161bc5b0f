/** Generates load for captures with trafgen (netsniff-ng), in a separate process. @module */
import { writeFileSync } from 'node:fs';
import type { Lab } from '../../src/lab/index.ts';
import type { TestFolder } from './capture-lab.ts';
import { LabProcess } from './lab-process.ts';

export interface Load {
  /** Interface of host `left`. */
  readonly interfaceName: string;
  readonly frames: number;
  /** Bytes, at least 42. */
  readonly frameLength: number;
  /** Nanoseconds between frames; full speed by default. */
  readonly gap?: number;
  /** UDP source port in trafgen syntax: a number, or `drnd()` for a random one in each frame. */
  readonly sourcePort?: string;
}

/** Sends UDP frames to port 9 and a foreign MAC address, which no kernel answers. Resolves when all are sent. */
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
  if (status !== 0) throw new Error(`trafgen failed with status ${status}: ${program.standardError}`);
}
