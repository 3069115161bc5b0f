/**
 * The sockets that a process holds, from the links of /proc/PID/fd. `readlinkat` by FFI takes three quarters of the time
 * of `fs.readlinkSync`, which resolves the whole path (bench/live/sockets.ts). @module
 */
import { closeSync, openSync, readdirSync } from 'node:fs';
import { readU8 } from '../base/bytes.ts';
import { nodeCodeOf } from '../base/errors.ts';
import { readlinkat } from './libc.ts';

/** `socket:[4294967295]` has 19 bytes; a longer target is the path of a file. */
const target = new Uint8Array(20);
const PREFIX = 'socket:[';
const CLOSING_BRACKET = 0x5d;
const ZERO = 0x30;

/**
 * Visits the socket descriptors of process `pid`.
 * @returns false if their list may not be read; true also if the process has ended
 * @throws SystemError of node:fs for any other failure
 */
export function readSocketInodes(pid: number, visit: (inode: number, descriptor: number) => void): boolean {
  const path = `/proc/${pid}/fd`;
  let directory: number | undefined;
  try {
    directory = openSync(path, 'r');
    for (const name of readdirSync(path)) {
      const inode = socketInode(readlinkat(directory, name, target, target.length));
      if (inode !== 0) visit(inode, Number(name));
    }
    return true;
  } catch (error) {
    const code = nodeCodeOf(error);
    if (code === 'EACCES' || code === 'EPERM') return false;
    if (code === 'ENOENT' || code === 'ESRCH') return true;
    throw error;
  } finally {
    if (directory !== undefined) closeSync(directory);
  }
}

/** Returns the inode in `target[0, length)`, or 0 if it is not the link of a socket. */
function socketInode(length: number): number {
  if (length <= PREFIX.length || readU8(target, length - 1) !== CLOSING_BRACKET) return 0;
  for (let at = 0; at < PREFIX.length; at += 1) if (readU8(target, at) !== PREFIX.charCodeAt(at)) return 0;
  let inode = 0;
  for (let at = PREFIX.length; at < length - 1; at += 1) inode = inode * 10 + readU8(target, at) - ZERO;
  return inode;
}
