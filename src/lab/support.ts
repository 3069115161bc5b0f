/**
 * Checks whether a lab can be created here, advises if not, and enters a user namespace for an unprivileged user.
 * @module
 */
import { readFileSync } from 'node:fs';
import { messageOf, StackError, SyscallError } from '../base/errors.ts';
import { connectNetlink, createPlainLink, createVlan, NetlinkError, setLink } from '../netlink/index.ts';
import { createNetworkNamespace, inNamespace } from '../sys/namespace.ts';
import { runInUserNamespace } from '../sys/process.ts';
import { Errno } from '../sys/syscall.ts';

/**
 * - `here`: this process may create namespaces.
 * - `user-namespace`: it may not, but a process started by `enterLab` may.
 * - `none`: `advice` tells what to run instead.
 */
export type LabSupport =
  | { readonly kind: 'here' }
  | { readonly kind: 'user-namespace'; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string; readonly advice: string };

/** Set in the program that `enterLab` starts, so that it does not start another. */
const INSIDE = 'TAPLINE_INSIDE_LAB';

const RUN_AS_ROOT = 'run the same command as root';
const ALLOW_IN_CONTAINER = 'in a container, its sandbox must allow user namespaces';

/** Kernel settings that forbid user namespaces: the file, the forbidding value, and the command that allows them. */
const SWITCHES = [
  {
    file: '/proc/sys/user/max_user_namespaces',
    forbids: '0',
    advice: 'sysctl -w user.max_user_namespaces=10000',
  },
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    forbids: '0',
    advice: 'sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    advice: 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
] as const;

/** Tries it, which takes a millisecond and leaves nothing behind. */
export function labSupport(): LabSupport {
  let reason: string;
  try {
    createNetworkNamespace().close();
    return { kind: 'here' };
  } catch (error) {
    reason = messageOf(error);
  }
  const forbidding = SWITCHES.find(({ file, forbids }) => readSwitch(file) === forbids);
  if (forbidding !== undefined) {
    return {
      kind: 'none',
      reason: `${reason}, and this system forbids user namespaces (${forbidding.file} is ${forbidding.forbids})`,
      advice: `${RUN_AS_ROOT}, or allow them as root: ${forbidding.advice}`,
    };
  }
  if (process.env[INSIDE] !== undefined) {
    return { kind: 'none', reason: `${reason}, even in a user namespace`, advice: RUN_AS_ROOT };
  }
  return { kind: 'user-namespace', reason };
}

/**
 * For programs that need a lab, as their first step: `const exitCode = await enterLab(); if (exitCode !== undefined)
 * process.exit(exitCode);`
 * @returns undefined if a lab can be created in this process; otherwise the exit code of this program, run again in a
 * user namespace with the same arguments and streams.
 * @throws StackError `LAB_UNSUPPORTED` with the reason and advice
 */
export async function enterLab(): Promise<number | undefined> {
  const support = labSupport();
  if (support.kind === 'here') return undefined;
  if (support.kind === 'none') throw unsupported(support.reason, support.advice);
  try {
    return await runInUserNamespace({
      path: process.execPath,
      argumentList: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      environment: { ...process.env, [INSIDE]: '1' },
    });
  } catch (error) {
    const instead =
      error instanceof SyscallError ? ALLOW_IN_CONTAINER : 'or behind `unshare --user --map-root-user --net`';
    throw unsupported(messageOf(error), `${RUN_AS_ROOT}; ${instead}`, error);
  }
}

/** Checks whether this kernel supports a kind of interface. Requires `labSupport().kind === 'here'`. */
export async function supportsLinkKind(kind: 'vlan' | 'dummy' | 'bridge'): Promise<boolean> {
  using namespace = createNetworkNamespace();
  await using netlink = inNamespace(namespace, connectNetlink);
  const name = 'probe0';
  const message = kind === 'vlan' ? createVlan({ name }, { parentIndex: 1, id: 1 }) : createPlainLink({ name }, kind);
  try {
    await netlink.execute(setLink(1, { up: true }), { wanted: 'bring up lo' });
    await netlink.execute(message, { wanted: `make a ${kind}` });
    return true;
  } catch (error) {
    // The kernel does not know the kind. Any other refusal (lo carries no VLANs) comes from the kind itself.
    return error instanceof NetlinkError && error.errno !== 0 && error.errno !== Errno.EOPNOTSUPP;
  }
}

function unsupported(reason: string, advice: string, cause?: unknown): StackError {
  return new StackError('LAB_UNSUPPORTED', `cannot create network namespaces: ${reason}; ${advice}`, { cause });
}

function readSwitch(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1').trim();
  } catch {
    return undefined;
  }
}
