/** Returns the text that tcpdump prints for each frame, of one or several lines. @module */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPcap } from './capture-file.ts';

/** A time that occurs in no other text, so that it marks the first line of a frame. */
const FIRST_SECOND = 1_234_000_000;

/** Runs `tcpdump -n` with more options on frames of one link type. Returns the texts without time stamps. */
export function tcpdumpTexts(
  tcpdump: string,
  frames: readonly Uint8Array[],
  linkType: number,
  options: readonly string[],
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tapline-peer-'));
  try {
    const path = join(folder, 'frames.pcap');
    const records = frames.map((frame, index) => [FIRST_SECOND + index, 0, frame.length, frame.length, frame] as const);
    writeFileSync(path, buildPcap({ linkType, snapLength: 262_144, records }));
    const run = spawnSync(tcpdump, ['-n', '-tt', ...options, '-r', path], { encoding: 'latin1', maxBuffer: 1 << 28 });
    return splitByStamp(run.stdout, frames.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function splitByStamp(output: string, count: number): string[] {
  const texts: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const stamp = `${FIRST_SECOND + index}.000000 `;
    const from = output.indexOf(stamp);
    if (from < 0) {
      texts.push('');
      continue;
    }
    const next = output.indexOf(`\n${FIRST_SECOND + index + 1}.000000 `, from);
    texts.push(output.slice(from + stamp.length, next < 0 ? output.length - 1 : next));
  }
  return texts;
}
