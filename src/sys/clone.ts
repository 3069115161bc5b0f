/**
 * A process that makes a few library calls and nothing else, cloned from this one; the last call becomes a program.
 *
 * After `fork` no JavaScript can run: V8 keeps its heap out of copies (MADV_DONTFORK). So the calls are laid down
 * beforehand as contexts of makecontext(3): each is one call with its arguments and a stack of its own, and goes on
 * with the next when it returns. clone(2) starts the process with setcontext(3) on the first of them. It shares our
 * memory until it becomes a program, so the memory of a `CallChain` must stay until then.
 *
 * Nothing here depends on the processor; it needs a 64-bit GNU C library (musl has no makecontext). @module
 */
import { StackError } from '../base/errors.ts';
import { CLONE_VM, SIGCHLD } from './constants.ts';
import { addressOf, declareIfThere, dlsym } from './libc.ts';
import { check } from './syscall.ts';

/** A call of the C library: its name, and up to five numbers or addresses; the rest are 0. */
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

const getcontext = declareIfThere<[context: bigint]>('getcontext', 'int getcontext(intptr_t)');
const makecontext = declareIfThere<[context: bigint, call: bigint, count: number, ...values: CallValues]>(
  'makecontext',
  'void makecontext(intptr_t, intptr_t, int, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t)',
);
const clone = declareIfThere<[call: bigint, stackTop: bigint, flags: number, argument: bigint]>(
  'clone',
  'int clone(intptr_t, intptr_t, int, intptr_t)',
);

/** Calls laid down in memory, ready for a process to make them one after the other. */
export class CallChain {
  readonly #memory: Uint8Array;
  /** The first slot: a stack for the process to start on. Then one slot a call. */
  readonly #base: bigint;

  /** @throws StackError `START` where the C library cannot do this */
  constructor(calls: readonly LibraryCall[]) {
    this.#memory = new Uint8Array((calls.length + 1) * SLOT_LENGTH + ALIGNMENT);
    const address = addressOf(this.#memory);
    this.#base = address + BigInt(ALIGNMENT) - (address % BigInt(ALIGNMENT));
    const skipped = Number(this.#base - address);
    const view = new DataView(this.#memory.buffer, skipped);
    for (const [index, [name, ...values]] of calls.entries()) {
      const at = (index + 1) * SLOT_LENGTH;
      const context = this.#slot(index + 1);
      needed(getcontext, 'getcontext')(context);
      view.setBigUint64(at + CONTEXT_LINK, index + 1 < calls.length ? this.#slot(index + 2) : 0n, true);
      view.setBigUint64(at + CONTEXT_STACK, context + BigInt(CONTEXT_LENGTH), true);
      view.setBigUint64(at + CONTEXT_STACK_SIZE, BigInt(STACK_LENGTH), true);
      const call = addressOfFunction(name);
      needed(makecontext, 'makecontext')(context, call, VALUE_COUNT, ...fiveValues(values));
    }
  }

  /**
   * Starts the process; this chain must be kept until it has become a program or ended.
   * @param flags CLONE_NEW* flags
   * @returns its process id
   */
  start(flags: number, wanted: string): number {
    const stackTop = this.#slot(1);
    const begin = addressOfFunction('setcontext');
    return check(needed(clone, 'clone')(begin, stackTop, flags | CLONE_VM | SIGCHLD, this.#slot(1)), 'clone', wanted);
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
  if (address === 0n) throw missing(name);
  return address;
}

function needed<T>(call: T | undefined, name: string): T {
  if (call === undefined) throw missing(name);
  return call;
}

function missing(name: string): StackError {
  return new StackError('START', `cannot start a process: this C library has no ${name}`);
}
