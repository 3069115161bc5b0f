/** Joining and beginning a fanout group (packet(7), PACKET_FANOUT), also where the kernel chooses no number for it. @module */
import { Errno, syscallError } from '../../sys/syscall.ts';
import type { FanoutGroup } from '../live-source.ts';
import { FanoutType, PACKET_FANOUT_FLAG_UNIQUEID } from './tpacket.ts';

/** Numbers tried for a group; one that is another group's of this mode and interface cannot be told from a free one. */
const MAX_TRIES = 16;
const GROUP_NUMBERS = 0x1_0000;

/** PACKET_FANOUT of one socket. */
export interface FanoutOption {
  /** @returns 0, or the error's number */
  set(value: number): number;
  /** @returns what was set: the group's number is in the lower 16 bits */
  get(): number;
}

/**
 * Without an id it begins a group under a number that the kernel chooses. One that knows no PACKET_FANOUT_FLAG_UNIQUEID
 * refuses it: then numbers are tried from a random one on, past those of groups of another kind.
 * @param random from 0 to below 1
 * @returns the group's number
 * @throws SyscallError `SYSCALL`: EINVAL for a group of another mode or interface, ENOSPC for a full one
 */
export function joinFanoutGroup(
  option: FanoutOption,
  { mode, id }: FanoutGroup,
  wanted: string,
  random: () => number = Math.random,
): number {
  const type = FanoutType[mode];
  let error = option.set(((type | (id === undefined ? PACKET_FANOUT_FLAG_UNIQUEID : 0)) << 16) | (id ?? 0));
  if (error === Errno.EINVAL && id === undefined) {
    const first = Math.floor(random() * GROUP_NUMBERS);
    for (let tries = 0; tries < MAX_TRIES && isTaken(error); tries += 1) {
      error = option.set((type << 16) | ((first + tries) % GROUP_NUMBERS));
    }
  }
  if (error !== 0) throw syscallError('setsockopt', error, wanted);
  return option.get() & 0xffff;
}

/** A group has the number that is of another kind, or full. */
function isTaken(error: number): boolean {
  return error === Errno.EINVAL || error === Errno.EEXIST || error === Errno.ENOSPC;
}
