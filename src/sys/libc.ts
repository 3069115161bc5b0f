/**
 * The C library by FFI: the only door between TypeScript and the kernel. Functions keep their C names and signatures;
 * callers in this folder turn a negative result into a `SyscallError` (see `syscall.ts`).
 *
 * koffi has no `ssize_t`; results of that type are declared `int64_t`. A pointer is a typed array (borrowed for the
 * call) or a number: an address that the caller keeps alive. @module
 */
import { ffi } from './ffi.ts';

/** Memory for the duration of one call: a typed array, an address, or null. */
export type Pointer = ArrayBufferView | bigint | null;

/** A C function. `async` runs it on a thread of libuv's pool; `callback` gets koffi's error, then the result. */
interface CFunction<Arguments extends unknown[], Result> {
  (...values: Arguments): Result;
  async(...values: [...Arguments, callback: (error: Error | null, result: Result) => void]): void;
}

let library: ReturnType<ReturnType<typeof ffi>['load']> | undefined;

/** Declares a function of the C library by its signature. The symbol is looked up at the first call. */
export function declare<Arguments extends unknown[], Result = number>(signature: string): CFunction<Arguments, Result> {
  let bound: CFunction<Arguments, Result> | undefined;
  const lookUp = (): CFunction<Arguments, Result> => {
    library ??= ffi().load(null); // the symbols of the process itself: glibc or musl
    bound ??= library.func(signature) as unknown as CFunction<Arguments, Result>;
    return bound;
  };
  const call = (...values: Arguments): Result => (bound ?? lookUp())(...values);
  return Object.assign(call, {
    async: (...values: Parameters<CFunction<Arguments, Result>['async']>) => (bound ?? lookUp()).async(...values),
  });
}

/** Sockets and descriptors. */
export const socket = declare<[domain: number, type: number, protocol: number]>('int socket(int, int, int)');
export const socketpair = declare<[domain: number, type: number, protocol: number, descriptors: Pointer]>(
  'int socketpair(int, int, int, void *)',
);
export const bind = declare<[fd: number, address: Pointer, length: number]>('int bind(int, void *, uint32_t)');
export const connect = declare<[fd: number, address: Pointer, length: number]>('int connect(int, void *, uint32_t)');
export const listen = declare<[fd: number, backlog: number]>('int listen(int, int)');
export const getsockopt = declare<[fd: number, level: number, name: number, value: Pointer, length: Pointer]>(
  'int getsockopt(int, int, int, void *, void *)',
);
export const setsockopt = declare<[fd: number, level: number, name: number, value: Pointer, length: number]>(
  'int setsockopt(int, int, int, void *, uint32_t)',
);
export const sendto = declare<
  [fd: number, data: Pointer, length: number, flags: number, address: Pointer, addressLength: number]
>('int64_t sendto(int, void *, size_t, int, void *, uint32_t)');
export const recv = declare<[fd: number, data: Pointer, length: number, flags: number]>(
  'int64_t recv(int, void *, size_t, int)',
);
export const recvfrom = declare<
  [fd: number, data: Pointer, length: number, flags: number, address: Pointer, addressLength: Pointer]
>('int64_t recvfrom(int, void *, size_t, int, void *, void *)');
export const sendmmsg = declare<[fd: number, messages: Pointer, count: number, flags: number]>(
  'int sendmmsg(int, void *, unsigned int, int)',
);
export const recvmmsg = declare<[fd: number, messages: Pointer, count: number, flags: number, timeout: Pointer]>(
  'int recvmmsg(int, void *, unsigned int, int, void *)',
);
export const getsockname = declare<[fd: number, address: Pointer, length: Pointer]>(
  'int getsockname(int, void *, void *)',
);
export const ioctl = declare<[fd: number, request: number, argument: Pointer]>('int ioctl(int, unsigned long, void *)');
export const poll = declare<[descriptors: Pointer, count: number, timeout: number]>(
  'int poll(void *, unsigned long, int)',
);
export const close = declare<[fd: number]>('int close(int)');
export const readlinkat = declare<[directory: number, name: string, target: Pointer, length: number]>(
  'int64_t readlinkat(int, const char *, void *, size_t)',
);

/** Time. */
export const clock_gettime = declare<[clock: number, time: Pointer]>('int clock_gettime(int, void *)');

export const nanosleep = declare<[duration: Pointer, remaining: Pointer]>('int nanosleep(void *, void *)');

/** Memory. */
export const mmap = declare<
  [address: bigint, length: number, protection: number, flags: number, fd: number, offset: number],
  bigint
>('intptr_t mmap(intptr_t, size_t, int, int, int, int64_t)');
export const madvise = declare<[address: bigint, length: number, advice: number]>('int madvise(intptr_t, size_t, int)');

/** Namespaces and processes. */
export const unshare = declare<[flags: number]>('int unshare(int)');
export const setns = declare<[fd: number, type: number]>('int setns(int, int)');
export const pipe2 = declare<[descriptors: Pointer, flags: number]>('int pipe2(void *, int)');
/** The kernel refuses some options unless the values they do not use are 0. */
export const prctl = declare<[option: number, value: number, third: number, fourth: 0, fifth: 0]>(
  'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)',
);
export const waitpid = declare<[pid: number, status: Pointer, options: number]>('int waitpid(int, void *, int)');

/** Users and capabilities. These act on the calling thread only; those of Node (`process.setuid`) on all threads. */
export const capset = declare<[header: Pointer, sets: Pointer]>('int capset(void *, void *)');
export const capget = declare<[header: Pointer, sets: Pointer]>('int capget(void *, void *)');
export const setfsuid = declare<[user: number]>('int setfsuid(unsigned int)');
export const setfsgid = declare<[group: number]>('int setfsgid(unsigned int)');
export const getpwnam_r = declare<[name: string, entry: Pointer, text: Pointer, length: number, found: Pointer]>(
  'int getpwnam_r(const char *, void *, void *, size_t, void *)',
);
export const getgrouplist = declare<[user: string, group: number, groups: Pointer, count: Pointer]>(
  'int getgrouplist(const char *, unsigned int, void *, void *)',
);

/** Any system call, by its number. Arguments are integers or addresses. */
export const syscall = declare<
  [number: number, ...values: [SyscallValue, SyscallValue, SyscallValue, SyscallValue, SyscallValue]]
>('int64_t syscall(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t)');

type SyscallValue = number | bigint;

/** Returns the address of a C library function, or 0n. */
export const dlsym = declare<[library: Pointer, name: string], bigint | number>('intptr_t dlsym(void *, const char *)');

/** Declares a function that some C libraries lack; undefined if missing. */
export function declareIfThere<Arguments extends unknown[]>(
  name: string,
  signature: string,
): CFunction<Arguments, number> | undefined {
  return BigInt(dlsym(null, name)) === 0n ? undefined : declare<Arguments>(signature);
}

/** The errno of the last failed call; read it before any other call. */
export function errno(): number {
  return ffi().errno();
}

/** Returns the address of memory owned by JavaScript, valid until its buffer is collected or detached. */
export function addressOf(memory: ArrayBufferView): bigint {
  return ffi().address(memory);
}
