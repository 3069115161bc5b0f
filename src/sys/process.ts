/**
 * Runs a program in a user namespace and network namespace of its own, where an unprivileged user has CAP_NET_ADMIN and
 * CAP_NET_RAW over networks that the user created (user_namespaces(7)). `unshare(CLONE_NEWUSER)` is refused to a
 * process with several threads, which Node always is: hence a clone that becomes the program. @module
 */
import { closeSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { StackError } from '../base/errors.ts';
import { capabilityHeader, capabilitySets } from './capabilities.ts';
import { CallChain, type LibraryCall } from './clone.ts';
import {
  Capability,
  CLONE_NEWNET,
  CLONE_NEWUSER,
  F_SETFD,
  O_CLOEXEC,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_RAISE,
  PR_SET_PDEATHSIG,
} from './constants.ts';
import { addressOf, pipe2, waitpid } from './libc.ts';
import { check } from './syscall.ts';

/** Exit status of a shell for a command that cannot be executed. */
const EXIT_CANNOT_RUN = 126;

/** Signals that are forwarded; SIGINT only if the terminal has not sent it to the program already. */
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

const STANDARD_STREAMS = [0, 1, 2];

/** CAP_SYS_ADMIN creates and enters namespaces. All apply to the new namespaces only. */
const CAPABILITIES = [
  Capability.CAP_NET_BIND_SERVICE,
  Capability.CAP_NET_ADMIN,
  Capability.CAP_NET_RAW,
  Capability.CAP_SYS_ADMIN,
];

const { SIGKILL } = constants.signals;

export interface Program {
  /** Absolute path. */
  readonly path: string;
  /** `argv`, the program's name first. */
  readonly argumentList: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs `program` in new user and network namespaces, with our standard streams; it is killed when this process ends. It
 * keeps the user, because programs that run as root may try to switch to a user that the namespace does not have
 * (tcpdump does). Its rights are ambient capabilities (capabilities(7)), which its children inherit.
 * @returns its exit code; 128 + the signal number if a signal ended it
 * @throws SyscallError if the system does not allow it, StackError `START` if the C library lacks a function
 */
export async function runInUserNamespace(program: Program): Promise<number> {
  const image = new ProgramImage(program);
  const gate = openPipe();
  const pid = startBehindGate(image, gate);
  const listeners = FORWARDED.map((signal) => [signal, () => handOn(pid, signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    return exitCodeOf(await waitFor(pid, image));
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}

/** The process waits at the gate until its user is mapped; before that it would run as nobody. */
function startBehindGate(image: ProgramImage, gate: Pipe): number {
  try {
    image.chain = new CallChain([
      ['prctl', PR_SET_PDEATHSIG, SIGKILL],
      ['close', gate.writeEnd],
      // Node marks its standard streams to be closed by execve.
      ...STANDARD_STREAMS.map((fd): LibraryCall => ['fcntl', fd, F_SETFD, 0]),
      ['read', gate.readEnd, image.address(new Uint8Array(1)), 1],
      ['capset', image.address(capabilityHeader()), image.address(capabilitySets(CAPABILITIES, CAPABILITIES))],
      ...CAPABILITIES.map((capability): LibraryCall => ['prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability]),
      ['execve', image.path, image.argumentList, image.environment],
      ['_exit', EXIT_CANNOT_RUN],
    ]);
    const pid = image.chain.start(CLONE_NEWUSER | CLONE_NEWNET, 'make a user namespace');
    try {
      mapUser(pid);
      writeSync(gate.writeEnd, Uint8Array.of(1));
      return pid;
    } catch (error) {
      process.kill(pid, SIGKILL);
      waitpid(pid, null, 0);
      throw error;
    }
  } finally {
    closeSync(gate.readEnd);
    closeSync(gate.writeEnd);
  }
}

/** Maps our user and group into the namespace; an unprivileged user may map no other (user_namespaces(7)). */
function mapUser(pid: number): void {
  const user = process.geteuid?.() ?? 0;
  const group = process.getegid?.() ?? 0;
  writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  writeFileSync(`/proc/${pid}/uid_map`, `${user} ${user} 1`);
  writeFileSync(`/proc/${pid}/gid_map`, `${group} ${group} 1`);
}

function handOn(pid: number, signal: NodeJS.Signals): void {
  if (signal === 'SIGINT' && isInForeground()) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** Ctrl-C goes to a terminal's whole foreground process group, so to the program too. proc(5): stat, fields 5 and 8. */
function isInForeground(): boolean {
  const [, , group, , , foreground] = (readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1) ?? '').split(' ');
  return group !== undefined && group === foreground;
}

/** Memory that the process reads until execve must be kept until then. */
const kept = new Set<ProgramImage>();

function waitFor(pid: number, image: ProgramImage): Promise<number> {
  const status = new Int32Array(1);
  kept.add(image);
  return new Promise((resolve, reject) => {
    waitpid.async(pid, status, 0, (error, result) => {
      kept.delete(image);
      if (error !== null || result !== pid) reject(new StackError('START', `cannot wait for process ${pid}`));
      else resolve(status[0] ?? 0);
    });
  });
}

/** `WIFEXITED` and `WTERMSIG` of sys/wait.h. */
function exitCodeOf(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >>> 8) & 0xff : 128 + signal;
}

interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

function openPipe(): Pipe {
  const ends = new Int32Array(2);
  check(pipe2(ends, O_CLOEXEC), 'pipe2', 'start a process');
  return { readEnd: ends[0] ?? -1, writeEnd: ends[1] ?? -1 };
}

/** The strings for execve(2), and all other memory that the process reads. */
class ProgramImage {
  readonly path: bigint;
  readonly argumentList: bigint;
  readonly environment: bigint;
  chain: CallChain | undefined;
  readonly #memory: ArrayBufferView[] = [];

  constructor(program: Program) {
    this.path = this.#text(program.path);
    this.argumentList = this.#pointers(program.argumentList);
    this.environment = this.#pointers(
      Object.entries(program.environment).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`)),
    );
  }

  /** Returns the address of `memory` and keeps it alive with this image. */
  address(memory: ArrayBufferView): bigint {
    this.#memory.push(memory);
    return addressOf(memory);
  }

  #pointers(texts: readonly string[]): bigint {
    return this.address(BigUint64Array.of(...texts.map((text) => this.#text(text)), 0n));
  }

  #text(text: string): bigint {
    return this.address(new TextEncoder().encode(`${text}\0`));
  }
}
