/** The seccomp program of a running command, in the language of our BPF assembler. @module */
import { assemble, type BpfInstruction } from '../../bpf/index.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from '../../sys/constants.ts';
import { Errno } from '../../sys/syscall.ts';
import {
  NEWEST_SYSCALL,
  type SyscallArchitecture,
  type SyscallName,
  syscallNumber,
} from '../../sys/syscall-numbers.ts';

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

/**
 * Returns the program. Refused calls fail with EPERM. Calls newer than Linux 6.1 fail with ENOSYS, as on an older kernel;
 * so does clone3(2), whose flags a program cannot read: C libraries then use clone(2).
 */
export function systemCallProgram(
  architecture: SyscallArchitecture,
  policy: SystemCallPolicy,
): readonly BpfInstruction[] {
  return assemble(programText(architecture, policy));
}

function programText(architecture: SyscallArchitecture, { runsPrograms, sockets }: SystemCallPolicy): string {
  const whenCalled = (name: SyscallName, label: string): string => {
    const number = syscallNumber(name, architecture);
    return number === undefined ? '' : `jeq #${number}, ${label}`;
  };
  const refused = runsPrograms ? REFUSED : [...REFUSED, 'execve' as const, 'execveat' as const];
  return `
    ld [${ARCHITECTURE}]
    jne #${AUDIT_ARCHITECTURE[architecture]}, refuse
    ld [${NUMBER}]
    jge #${X32_SYSCALL_BIT}, refuse
    jgt #${NEWEST_SYSCALL}, missing
    ${whenCalled('clone3', 'missing')}
    ${whenCalled('clone', 'clone')}
    ${whenCalled('ioctl', 'ioctl')}
    ${whenCalled('socket', 'socket')}
    ${whenCalled('socketpair', 'socketpair')}
    ${refused.map((name) => whenCalled(name, 'refuse')).join('\n')}
    ja allow

    clone: ld [${ARGUMENT_0}]
    jset #${CLONE_NAMESPACES}, refuse, allow

    ioctl: ld [${ARGUMENT_1}]
    jeq #${TIOCSTI}, refuse
    jeq #${TIOCLINUX}, refuse
    ja allow

    socketpair: ld [${ARGUMENT_0}]
    jeq #${AF_UNIX}, allow, refuse

    socket: ld [${ARGUMENT_0}]
    ${SOCKET_TESTS[sockets]}
    ja refuse
    inet: ld [${ARGUMENT_1}]
    and #${SOCK_TYPE_MASK}
    jeq #${SOCK_STREAM}, allow
    jeq #${SOCK_DGRAM}, allow
    refuse: ret #${SECCOMP_RET_ERRNO | Errno.EPERM}
    missing: ret #${SECCOMP_RET_ERRNO | Errno.ENOSYS}
    allow: ret #${SECCOMP_RET_ALLOW}`;
}

/** Raw sockets of IP, and packet sockets in disguise (SOCK_PACKET of AF_INET), are never among them. */
const SOCKET_TESTS: Readonly<Record<SystemCallPolicy['sockets'], string>> = {
  none: '',
  names: `
    jeq #${AF_UNIX}, allow
    jeq #${AF_NETLINK}, allow
    jeq #${AF_INET}, inet
    jeq #${AF_INET6}, inet`,
};
