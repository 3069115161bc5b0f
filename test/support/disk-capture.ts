/** `tapline capture` on a disk of its own, which goes with the mount namespace that the program runs in. @module */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LabHost } from '../../src/lab/index.ts';
import type { TestFolder } from './capture-lab.ts';
import { LabProcess } from './lab-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The shell's words that make a disk at a path. */
type Disk = (path: string) => string;

export const ordinaryDisk: Disk = () => 'true';

/** One that is full after so much, in whole pages. @param size as `256k` */
export function smallDisk(size: string): Disk {
  return (path) => `mount -t tmpfs -o size=${size} tmpfs ${path}`;
}

/**
 * A disk that blocks every write for a second, half a second after it was made (fsfreeze(8)). It prints `disk stalls` and
 * `disk goes on` on standard error.
 */
export const stallingDisk: Disk = (path) =>
  `truncate -s 200M ${path}.image && mkfs.ext4 -q -F ${path}.image && mount -o loop ${path}.image ${path} && ` +
  `rmdir ${path}/lost+found && { (sleep 0.5; fsfreeze -f ${path}; echo disk stalls >&2; sleep 1; fsfreeze -u ${path}; echo disk goes on >&2) & }`;

/**
 * Captures on `eth0` of `host`, with the disk as the present folder. What is on it at the end is in `kept` of `folder`, and
 * standard output says then how many blocks are free, and how large one is.
 * @param words for the shell
 * @returns the program, once it captures
 */
export async function captureOnDisk(
  host: LabHost,
  { folder, disk, words }: { readonly folder: TestFolder; readonly disk: Disk; readonly words: string },
): Promise<LabProcess> {
  const [place, kept] = [folder.file('disk'), folder.file('kept')];
  const capture = `${process.execPath} ${MAIN} capture -i eth0 ${words} & echo $! > ${pidFile(folder)}; wait $!; status=$?`;
  const keep = `stat -f -c '%a %S' .; cp ./* ${kept}; exit $status`;
  const script = `mkdir ${place} ${kept} && ${disk(place)} && cd ${place} && { ${capture}; ${keep}; }`;
  const program = new LabProcess(host, 'unshare', ['--mount', 'sh', '-c', script]);
  await program.said('listening on');
  return program;
}

/** Ends a capture that `captureOnDisk` started, in good order. */
export function endCaptureOnDisk(folder: TestFolder): void {
  process.kill(Number(readFileSync(pidFile(folder), 'utf8')), 'SIGTERM');
}

function pidFile(folder: TestFolder): string {
  return folder.file('pid');
}
