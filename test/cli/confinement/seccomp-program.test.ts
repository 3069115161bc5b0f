/**
 * The seccomp program, run by our interpreter on samples of `struct seccomp_data` (linux/seccomp.h). Expected numbers of
 * calls come from the kernel's tables: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
 */
import { describe, expect, test } from 'vitest';
import { interpret } from '../../../src/bpf/engine/interpret.ts';
import { type SystemCallPolicy, systemCallProgram } from '../../../src/cli/confinement/seccomp-program.ts';

type Architecture = 'x64' | 'arm64';

/** SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM and with ENOSYS. */
const ALLOW = 0x7fff_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;

const ARCHITECTURES: readonly (readonly [Architecture, audit: number])[] = [
  ['x64', 0xc000_003e],
  ['arm64', 0xc000_00b7],
];
const CAPTURE: SystemCallPolicy = { runsPrograms: false, sockets: 'none' };
const HOOK: SystemCallPolicy = { runsPrograms: true, sockets: 'names' };

/** Encodes a call; its words in network order, in which the interpreter loads them. */
function sample(audit: number, number: number, ...values: readonly number[]): Uint8Array {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number);
  data.setUint32(4, audit);
  for (const [place, value] of values.entries()) {
    data.setUint32(16 + 8 * place, value);
    data.setUint32(20 + 8 * place, 0xffff_ffff); // ignored by the kernel
  }
  return new Uint8Array(data.buffer);
}

function verdict(architecture: Architecture, policy: SystemCallPolicy, number: number, ...values: number[]): number {
  const audit = ARCHITECTURES.find(([name]) => name === architecture)?.[1] ?? 0;
  return interpret(systemCallProgram(architecture, policy), sample(audit, number, ...values)) >>> 0;
}

/** Name, number on x86-64, number on arm64. */
const REFUSED = [
  ['ptrace', 101, 117],
  ['process_vm_readv', 310, 270],
  ['process_vm_writev', 311, 271],
  ['pidfd_getfd', 438, 438],
  ['mount', 165, 40],
  ['umount2', 166, 39],
  ['pivot_root', 155, 41],
  ['chroot', 161, 51],
  ['move_mount', 429, 429],
  ['open_tree', 428, 428],
  ['fsopen', 430, 430],
  ['fsmount', 432, 432],
  ['mount_setattr', 442, 442],
  ['unshare', 272, 97],
  ['setns', 308, 268],
  ['init_module', 175, 105],
  ['finit_module', 313, 273],
  ['delete_module', 176, 106],
  ['kexec_load', 246, 104],
  ['kexec_file_load', 320, 294],
  ['bpf', 321, 280],
  ['perf_event_open', 298, 241],
  ['userfaultfd', 323, 282],
  ['io_uring_setup', 425, 425],
  ['io_uring_enter', 426, 426],
  ['io_uring_register', 427, 427],
  ['keyctl', 250, 219],
  ['add_key', 248, 217],
  ['request_key', 249, 218],
  ['reboot', 169, 142],
  ['open_by_handle_at', 304, 265],
] as const;

/** Calls without which Node, V8, libuv and the C library do not work. */
const NEEDED = [
  ['read', 0, 63],
  ['write', 1, 64],
  ['pwrite64', 18, 68],
  ['openat', 257, 56],
  ['close', 3, 57],
  ['mmap', 9, 222],
  ['mprotect', 10, 226],
  ['munmap', 11, 215],
  ['futex', 202, 98],
  ['epoll_pwait', 281, 22],
  ['setsockopt', 54, 208],
  ['getsockopt', 55, 209],
  ['sendmmsg', 307, 269],
  ['recvmsg', 47, 212],
  ['unlinkat', 263, 35],
  ['statfs', 137, 43],
  ['kill', 62, 129],
  ['exit_group', 231, 94],
  ['capset', 126, 91],
  ['prctl', 157, 167],
  ['futex_waitv', 449, 449],
  ['set_mempolicy_home_node', 450, 450],
] as const;

describe.each(ARCHITECTURES)('on %s', (architecture, audit) => {
  const numberOf = (x64: number, arm64: number): number => (architecture === 'x64' ? x64 : arm64);

  test.each(REFUSED)('refuses %s, with and without a hook', (_name, x64, arm64) => {
    for (const policy of [CAPTURE, HOOK]) expect(verdict(architecture, policy, numberOf(x64, arm64))).toBe(EPERM);
  });

  test.each(NEEDED)('allows %s', (_name, x64, arm64) => {
    for (const policy of [CAPTURE, HOOK]) expect(verdict(architecture, policy, numberOf(x64, arm64))).toBe(ALLOW);
  });

  test('refuses new programs unless the command runs some', () => {
    for (const number of [numberOf(59, 221), numberOf(322, 281)]) {
      expect(verdict(architecture, CAPTURE, number)).toBe(EPERM);
      expect(verdict(architecture, HOOK, number)).toBe(ALLOW);
    }
  });

  test('allows threads and forks, and refuses namespaces', () => {
    const clone = numberOf(56, 220);
    const pthread = 0x3d0f00; // the flags of glibc's pthread_create (nptl/pthread_create.c)
    const vfork = 0x4111; // CLONE_VM, CLONE_VFORK, SIGCHLD
    for (const flags of [pthread, vfork, 17]) expect(verdict(architecture, CAPTURE, clone, flags)).toBe(ALLOW);
    // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
    for (const flag of [17, 25, 26, 27, 28, 29, 30].map((bit) => 2 ** bit)) {
      expect(verdict(architecture, HOOK, clone, flag | 17)).toBe(EPERM);
    }
    expect(verdict(architecture, CAPTURE, 435)).toBe(ENOSYS); // clone3
  });

  test('refuses characters for the input of a terminal', () => {
    const ioctl = numberOf(16, 29);
    expect(verdict(architecture, HOOK, ioctl, 0, 0x5412)).toBe(EPERM); // TIOCSTI
    expect(verdict(architecture, HOOK, ioctl, 0, 0x541c)).toBe(EPERM); // TIOCLINUX
    expect(verdict(architecture, CAPTURE, ioctl, 0, 0x5413)).toBe(ALLOW); // TIOCGWINSZ
  });

  // Families: unix 1, inet 2, inet6 10, netlink 16, packet 17, ALG 38, vsock 40, XDP 44. Types: stream 1, datagram 2,
  // raw 3, packet 10; with SOCK_CLOEXEC and SOCK_NONBLOCK.
  const FLAGS = 0o2004000;
  test.each([
    ['none', []],
    ['names', ['1/1', '1/2', '1/3', '2/1', '2/2', '10/1', '10/2', '16/1', '16/2', '16/3', '1/10', '16/10']],
  ] as const)('allows sockets: %s', (sockets, allowed) => {
    const found: string[] = [];
    for (const family of [1, 2, 10, 16, 17, 38, 40, 44]) {
      for (const type of [1, 2, 3, 10]) {
        const call = [numberOf(41, 198), family, type | FLAGS] as const;
        const result = verdict(architecture, { runsPrograms: false, sockets }, ...call);
        expect([ALLOW, EPERM]).toContain(result);
        if (result === ALLOW) found.push(`${family}/${type}`);
      }
    }
    expect(new Set(found)).toEqual(new Set(allowed));
  });

  test('allows pairs of Unix sockets only', () => {
    expect(verdict(architecture, CAPTURE, numberOf(53, 199), 1, 1)).toBe(ALLOW);
    expect(verdict(architecture, CAPTURE, numberOf(53, 199), 30, 1)).toBe(EPERM); // AF_TIPC
  });

  test('reports calls after Linux 6.1 as missing', () => {
    for (const number of [451, 467, 470, 0x3fff_ffff]) expect(verdict(architecture, HOOK, number)).toBe(ENOSYS);
  });

  test('refuses calls of another architecture and of the x32 ABI', () => {
    const program = systemCallProgram(architecture, HOOK);
    const i386 = 0x4000_0003; // AUDIT_ARCH_I386
    const arm = 0x4000_0028; // AUDIT_ARCH_ARM
    const other = ARCHITECTURES.find(([name]) => name !== architecture)?.[1] ?? 0;
    for (const foreign of [i386, arm, other, 0]) expect(interpret(program, sample(foreign, 1))).toBe(EPERM);
    for (const number of [0, 1, 41, 520]) {
      expect(interpret(program, sample(audit, number + 0x4000_0000))).toBe(EPERM);
    }
  });
});
