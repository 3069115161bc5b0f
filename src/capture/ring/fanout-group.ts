/** Creates and joins fanout groups (packet(7), PACKET_FANOUT), also on kernels that do not assign numbers. @module */
import { Errno, syscallError } from '../../sys/syscall.ts';
import type { FanoutGroup } from '../live-source.ts';
import { FanoutType, PACKET_FANOUT_FLAG_UNIQUEID } from './tpacket.ts';

/** Numbers tried for a new group. A number in use by a group of the same mode and interface looks free. */
const MAX_TRIES = 16;
const GROUP_NUMBERS = 0x1_0000;

/** The PACKET_FANOUT option of a socket. */
export interface FanoutOption {
  /** @returns 0, or an error number */
  set(value: number): number;
  /** @returns the value; its lower 16 bits are the number of the group */
  get(): number;
}

/**
 * Joins the group `id`, or creates one with a number that the kernel assigns. Kernels without
 * PACKET_FANOUT_FLAG_UNIQUEID refuse that: then numbers are tried, from a random one on, until one is free.
 * @param random from 0 to below 1
 * @returns the number of the group
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

/** The number belongs to a group of another kind, or to a full one. */
function isTaken(error: number): boolean {
  return error === Errno.EINVAL || error === Errno.EEXIST || error === Errno.ENOSPC;
}
