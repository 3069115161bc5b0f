/** Capabilities of the calling thread (capabilities(7)). Threads that it starts later have the same. @module */
import {
  Capability,
  type CapabilityName,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAPBSET_DROP,
  PR_SET_KEEPCAPS,
  PR_SET_NO_NEW_PRIVS,
} from './constants.ts';
import { capget, capset, prctl } from './libc.ts';
import { check } from './syscall.ts';

const VERSION_3 = 0x2008_0522;
/** Indices of the effective bits in `capabilitySets`. */
const EFFECTIVE: readonly number[] = [0, 3];
/** Index of the permitted bits of capabilities 0 to 31 in `capabilitySets`. */
const PERMITTED = 1;
/** One more than the highest number that two words of bits hold. */
const CAPABILITY_END = 64;

/** `struct __user_cap_header_struct` of the calling thread. */
export function capabilityHeader(): Uint32Array {
  return Uint32Array.of(VERSION_3, 0);
}

/**
 * `struct __user_cap_data_struct` twice: effective, permitted and inheritable bits of capabilities 0 to 31, then 32 to 63.
 * @param effective capability numbers, also permitted
 */
export function capabilitySets(effective: readonly number[], inheritable: readonly number[] = []): Uint32Array {
  const bits = (numbers: readonly number[], word: number): number =>
    numbers.reduce((sum, number) => (number >> 5 === word ? (sum | (1 << (number & 31))) >>> 0 : sum), 0);
  const words = [0, 1].map((word) => [bits(effective, word), bits(effective, word), bits(inheritable, word)]);
  return Uint32Array.from(words.flat());
}

/**
 * Makes these the only effective and permitted capabilities, as far as they were permitted, and clears the ambient ones.
 * @returns the capabilities that remain
 * @throws SyscallError `SYSCALL`
 */
export function limitCapabilities(kept: readonly CapabilityName[]): readonly CapabilityName[] {
  // Fails before Linux 4.3, which has no ambient capabilities.
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  const own = capabilitySets([]);
  check(capget(capabilityHeader(), own), 'capget', 'read capabilities');
  const permitted = (own[PERMITTED] ?? 0) >>> 0;
  const remaining = kept.filter((name) => ((permitted >>> Capability[name]) & 1) === 1);
  const sets = capabilitySets(remaining.map((name) => Capability[name]));
  check(capset(capabilityHeader(), sets), 'capset', 'drop capabilities');
  return remaining;
}

/** Runs `work` on the calling thread without effective capabilities. @throws SyscallError `SYSCALL` */
export function withoutCapabilities<Result>(work: () => Result): Result {
  const own = capabilitySets([]);
  check(capget(capabilityHeader(), own), 'capget', 'read capabilities');
  const suspended = own.map((bits, index) => (EFFECTIVE.includes(index) ? 0 : bits));
  check(capset(capabilityHeader(), suspended), 'capset', 'suspend capabilities');
  try {
    return work();
  } finally {
    check(capset(capabilityHeader(), own), 'capset', 'restore capabilities');
  }
}

/** Removes all others from the bounding set, which needs CAP_SETPCAP; without it the set stays as it is. */
export function limitBoundingSet(kept: readonly CapabilityName[]): void {
  const numbers = new Set<number>(kept.map((name) => Capability[name]));
  for (let capability = 0; capability < CAPABILITY_END; capability += 1) {
    if (!numbers.has(capability)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); // EINVAL beyond the last one
  }
}

/**
 * Keeps the permitted capabilities of this thread when the process leaves user 0, see `prepareReturn`.
 * @returns false if the kernel refuses
 */
export function keepCapabilities(): boolean {
  return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) === 0;
}

/** Forbids this thread, and the programs it executes, to gain privileges. @throws SyscallError `SYSCALL` */
export function setNoNewPrivileges(): void {
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'prctl', 'set no_new_privs');
}
