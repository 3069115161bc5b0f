/**
 * Clones a process that only makes a few library calls, the last of which is execve.
 *
 * After `fork` no JavaScript can run: V8 excludes its heap from copies (MADV_DONTFORK). The calls are therefore
 * prepared as contexts of makecontext(3): each is one call with its arguments and its own stack, and continues with the
 * next when it returns. clone(2) starts the process with setcontext(3) on the first. It shares our memory until execve,
 * so the memory of a `CallChain` must be kept until then.
 *
 * Nothing here depends on the processor; it needs a 64-bit GNU C library (musl has no makecontext). @module
 */
import { StackError } from '../base/errors.ts';
import { CLONE_VM, SIGCHLD } from './constants.ts';
import { addressOf, declare, dlsym } from './libc.ts';
import { check } from './syscall.ts';

/** A call of the C library: its name and up to five numbers or addresses; missing ones are 0. */
export type LibraryCall = readonly [name: string, ...values: (number | bigint)[]];

type CallValues = [bigint, bigint, bigint, bigint, bigint];
const VALUE_COUNT = 5;

/** `ucontext_t` of GNU's 64-bit ports begins with flags, link, and the stack's address, flags and size. */
const CONTEXT_LINK = 8;
const CONTEXT_STACK = 16;
const CONTEXT_STACK_SIZE = 32;
/** The largest known is arm64's, 4,560 bytes. */
const CONTEXT_LENGTH = 8192;
const STACK_LENGTH = 32 * 1024;
const SLOT_LENGTH = CONTEXT_LENGTH + STACK_LENGTH;
const ALIGNMENT = 64;

const getcontext = declare<[context: bigint]>('int getcontext(intptr_t)');
const makecontext = declare<[context: bigint, call: bigint, count: number, ...values: CallValues]>(
  'void makecontext(intptr_t, intptr_t, int, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t)',
);
const clone = declare<[call: bigint, stackTop: bigint, flags: number, argument: bigint]>(
  'int clone(intptr_t, intptr_t, int, intptr_t)',
);

/** A sequence of calls prepared in memory for a new process. */
export class CallChain {
  readonly #memory: Uint8Array;
  /** The first slot is the initial stack of the process; each call has one more. */
  readonly #base: bigint;

  /** @throws StackError `START` if the C library lacks a function */
  constructor(calls: readonly LibraryCall[]) {
    for (const name of ['getcontext', 'makecontext', 'setcontext', 'clone']) addressOfFunction(name);
    this.#memory = new Uint8Array((calls.length + 1) * SLOT_LENGTH + ALIGNMENT);
    const address = addressOf(this.#memory);
    this.#base = address + BigInt(ALIGNMENT) - (address % BigInt(ALIGNMENT));
    const skipped = Number(this.#base - address);
    const view = new DataView(this.#memory.buffer, skipped);
    for (const [index, [name, ...values]] of calls.entries()) {
      const at = (index + 1) * SLOT_LENGTH;
      const context = this.#slot(index + 1);
      getcontext(context);
      view.setBigUint64(at + CONTEXT_LINK, index + 1 < calls.length ? this.#slot(index + 2) : 0n, true);
      view.setBigUint64(at + CONTEXT_STACK, context + BigInt(CONTEXT_LENGTH), true);
      view.setBigUint64(at + CONTEXT_STACK_SIZE, BigInt(STACK_LENGTH), true);
      const call = addressOfFunction(name);
      makecontext(context, call, VALUE_COUNT, ...fiveValues(values));
    }
  }

  /**
   * Starts the process; this chain must be kept until execve or the end of the process.
   * @param flags CLONE_NEW* flags
   * @returns its process id
   */
  start(flags: number, wanted: string): number {
    const stackTop = this.#slot(1);
    const begin = addressOfFunction('setcontext');
    return check(clone(begin, stackTop, flags | CLONE_VM | SIGCHLD, this.#slot(1)), 'clone', wanted);
  }

  #slot(index: number): bigint {
    return this.#base + BigInt(index * SLOT_LENGTH);
  }
}

function fiveValues([first = 0, second = 0, third = 0, fourth = 0, fifth = 0]: readonly (
  | number
  | bigint
)[]): CallValues {
  return [BigInt(first), BigInt(second), BigInt(third), BigInt(fourth), BigInt(fifth)];
}

function addressOfFunction(name: string): bigint {
  const address = BigInt(dlsym(null, name));
  if (address === 0n) throw new StackError('START', `cannot start a process: this C library has no ${name}`);
  return address;
}
