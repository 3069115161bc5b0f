/** Constants of Linux headers under their own names; identical on all supported architectures. @module */

/** `linux/socket.h`: address families. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

/** `linux/net.h`: socket types and flags. */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

/** `asm-generic/socket.h`: levels and options. */
export const SOL_SOCKET = 1;
export const SOL_NETLINK = 270;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_ATTACH_FILTER = 26;
export const SO_DETACH_FILTER = 27;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;

/** `linux/socket.h`: flags of `send` and `recv`. */
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;

/** `asm-generic/mman.h` */
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 0x01;
export const MAP_PRIVATE = 0x02;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MADV_HUGEPAGE = 14;

/** `linux/sched.h` */
export const CLONE_VM = 0x100;
export const CLONE_NEWUSER = 0x1000_0000;
export const CLONE_NEWNET = 0x4000_0000;

/** `asm-generic/poll.h` */
export const POLLIN = 0x001;

/** `asm-generic/fcntl.h` */
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
export const F_SETFD = 2;
export const AT_FDCWD = -100;
export const AT_EACCESS = 0x200;

/** `asm-generic/signal.h`, `linux/prctl.h` */
export const SIGCHLD = 17;
export const PR_SET_PDEATHSIG = 1;
export const PR_SET_KEEPCAPS = 8;
export const PR_CAPBSET_DROP = 24;
export const PR_SET_TIMERSLACK = 29;
export const PR_SET_NO_NEW_PRIVS = 38;
export const PR_CAP_AMBIENT = 47;
export const PR_CAP_AMBIENT_RAISE = 2;
export const PR_CAP_AMBIENT_CLEAR_ALL = 4;

/** `linux/capability.h`: bit numbers. */
export const Capability = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_FOWNER: 3,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_SETPCAP: 8,
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_ADMIN: 21,
} as const;

export type CapabilityName = keyof typeof Capability;
