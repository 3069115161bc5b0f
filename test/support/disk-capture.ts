/** Runs `tapline capture` with a separate file system in a mount namespace. @module */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LabHost } from '../../src/lab/index.ts';
import type { TestFolder } from './capture-lab.ts';
import { LabProcess } from './lab-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Returns shell commands that mount a file system at a path. */
type Disk = (path: string) => string;

export const ordinaryDisk: Disk = () => 'true';

/** Mounts a tmpfs of limited size, which is rounded to pages. @param size such as `256k` */
export function smallDisk(size: string): Disk {
  return (path) => `mount -t tmpfs -o size=${size} tmpfs ${path}`;
}

/**
 * Mounts a file system that blocks every write for 1 s, 0.5 s after the mount (fsfreeze(8)). Prints `disk stalls` and
 * `disk goes on` to standard error.
 */
export const stallingDisk: Disk = (path) =>
  `truncate -s 200M ${path}.image && mkfs.ext4 -q -F ${path}.image && mount -o loop ${path}.image ${path} && ` +
  `rmdir ${path}/lost+found && { (sleep 0.5; fsfreeze -f ${path}; echo disk stalls >&2; sleep 1; fsfreeze -u ${path}; echo disk goes on >&2) & }`;

/**
 * Captures on `eth0` of `host`, with the disk as working directory. At the end, copies all its files to `kept` in
 * `folder`, and prints the number of free blocks and the block size.
 * @param words arguments of the capture, in shell syntax
 * @returns the program, once the capture has started
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
  await program.printed('listening on');
  return program;
}

/** Terminates a capture that `captureOnDisk` started, with SIGTERM. */
export function endCaptureOnDisk(folder: TestFolder): void {
  process.kill(Number(readFileSync(pidFile(folder), 'utf8')), 'SIGTERM');
}

function pidFile(folder: TestFolder): string {
  return folder.file('pid');
}
