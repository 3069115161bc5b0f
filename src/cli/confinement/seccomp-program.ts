/** The seccomp program of a running command, in classic BPF. @module */
import type { BpfInstruction } from '../../bpf/index.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from '../../sys/constants.ts';
import { Errno } from '../../sys/syscall.ts';
import {
  NEWEST_SYSCALL,
  type SyscallArchitecture,
  type SyscallName,
  syscallNumber,
} from '../../sys/syscall-numbers.ts';
import { type Label, ProgramDraft } from './program-draft.ts';

/** What a command still does after its sockets are open. */
export interface SystemCallPolicy {
  /** It executes programs. */
  readonly runsPrograms: boolean;
  /** Sockets that it opens: none, or those of name services and of ordinary programs. */
  readonly sockets: 'none' | 'names';
}

/** `linux/audit.h`: AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64. */
const AUDIT_ARCHITECTURE = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;

/** `linux/seccomp.h`: results. */
const SECCOMP_RET_ALLOW = 0x7fff_0000;
const SECCOMP_RET_ERRNO = 0x0005_0000;

/** Offsets in `struct seccomp_data`. Each argument has 8 bytes; the kernel ignores the upper half of those tested here. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const ARGUMENT_0 = 16;
const ARGUMENT_1 = 24;

/** `arch/x86/include/uapi/asm/unistd.h`: numbers with this bit belong to the x32 ABI. */
const X32_SYSCALL_BIT = 0x4000_0000;

/** `linux/sched.h`: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const CLONE_NAMESPACES = 0x7e02_0000;

/** `asm-generic/ioctls.h`: put characters into the input of a terminal. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/** `linux/net.h`: the bits of a socket type that are no flags. */
const SOCK_TYPE_MASK = 0xf;

/** Calls that no command needs. */
const REFUSED: readonly SyscallName[] = [
  // other processes
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'process_madvise',
  'pidfd_getfd',
  'kcmp',
  'move_pages',
  // mounts and namespaces
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'move_mount',
  'open_tree',
  'fsopen',
  'fsmount',
  'fsconfig',
  'fspick',
  'mount_setattr',
  'unshare',
  'setns',
  // files without a path
  'open_by_handle_at',
  'fanotify_init',
  // code in the kernel, and interfaces with a long record of faults
  'init_module',
  'finit_module',
  'delete_module',
  'kexec_load',
  'kexec_file_load',
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'lookup_dcookie',
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register',
  // keys
  'keyctl',
  'add_key',
  'request_key',
  // the machine
  'reboot',
  'swapon',
  'swapoff',
  'acct',
  'quotactl',
  'quotactl_fd',
  'syslog',
  'iopl',
  'ioperm',
  'settimeofday',
  'clock_settime',
  'clock_adjtime',
  'sethostname',
  'setdomainname',
  'vhangup',
];

/** Calls that start a program. */
const PROGRAM_CALLS: readonly SyscallName[] = ['execve', 'execveat'];

/**
 * Returns the program. Refused calls fail with EPERM. Calls newer than Linux 6.1 fail with ENOSYS, as on an older kernel;
 * so does clone3(2), whose flags a program cannot read: C libraries then use clone(2).
 */
export function systemCallProgram(
  architecture: SyscallArchitecture,
  { runsPrograms, sockets }: SystemCallPolicy,
): readonly BpfInstruction[] {
  const draft = new ProgramDraft();
  const whenCalled = (name: SyscallName, target: Label): void => {
    const number = syscallNumber(name, architecture);
    if (number !== undefined) draft.whenEqual(number, target);
  };
  draft.load(ARCHITECTURE).unlessEqual(AUDIT_ARCHITECTURE[architecture], 'refuse');
  draft
    .load(NUMBER)
    .whenAtLeast(X32_SYSCALL_BIT, 'refuse')
    .whenAtLeast(NEWEST_SYSCALL + 1, 'missing');
  whenCalled('clone3', 'missing');
  whenCalled('clone', 'clone');
  whenCalled('ioctl', 'ioctl');
  whenCalled('socket', 'socket');
  whenCalled('socketpair', 'socketpair');
  for (const name of REFUSED) whenCalled(name, 'refuse');
  if (!runsPrograms) for (const name of PROGRAM_CALLS) whenCalled(name, 'refuse');
  draft.jump('allow');
  draft.label('clone').load(ARGUMENT_0).whenAnySet(CLONE_NAMESPACES, 'refuse').jump('allow');
  draft.label('ioctl').load(ARGUMENT_1).whenEqual(TIOCSTI, 'refuse').whenEqual(TIOCLINUX, 'refuse').jump('allow');
  draft.label('socketpair').load(ARGUMENT_0).whenEqual(AF_UNIX, 'allow').jump('refuse');
  draft.label('socket').load(ARGUMENT_0);
  if (sockets === 'names') {
    draft.whenEqual(AF_UNIX, 'allow').whenEqual(AF_NETLINK, 'allow');
    draft.whenEqual(AF_INET, 'inet').whenEqual(AF_INET6, 'inet');
  }
  draft.jump('refuse');
  // Not raw sockets, nor packet sockets in disguise (SOCK_PACKET of AF_INET).
  draft.label('inet').load(ARGUMENT_1).mask(SOCK_TYPE_MASK);
  draft.whenEqual(SOCK_STREAM, 'allow').whenEqual(SOCK_DGRAM, 'allow');
  draft.label('refuse').answer(SECCOMP_RET_ERRNO | Errno.EPERM);
  draft.label('missing').answer(SECCOMP_RET_ERRNO | Errno.ENOSYS);
  draft.label('allow').answer(SECCOMP_RET_ALLOW);
  return draft.link();
}
