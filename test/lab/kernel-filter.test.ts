/** The kernel's own classic BPF (SO_ATTACH_FILTER) as the judge of ours. Needs no privilege: a pair of Unix sockets. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { StackError } from '../../src/base/errors.ts';
import { LinkType } from '../../src/base/link-type.ts';
import { usesAncillary } from '../../src/bpf/ancillary.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { kernelRefusal } from '../../src/bpf/engine/create-engine.ts';
import { interpret } from '../../src/bpf/engine/interpret.ts';
import { OPCODES } from '../../src/bpf/engine/opcode.ts';
import { ProgramError } from '../../src/bpf/engine/program-error.ts';
import { validate } from '../../src/bpf/engine/validate.ts';
import { compileToWasm } from '../../src/bpf/engine/wasm-engine.ts';
import type { BpfInstruction } from '../../src/bpf/instruction.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { AF_UNIX, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_DGRAM } from '../../src/sys/constants.ts';
import { close, recv, sendto, socketpair } from '../../src/sys/libc.ts';
import { attachFilter, detachFilter } from '../../src/sys/socket-filter.ts';
import { check } from '../../src/sys/syscall.ts';
import { webAssembly } from '../../src/wasm/web-assembly.ts';
import {
  type CorpusProgram,
  corpusPrograms,
  etherFrames,
  ethernetExpressions,
  frames,
  programs,
} from '../support/bpf-programs.ts';
import { corpusFolder, isCorpusShared, requirePeer } from '../support/peers.ts';

const NO_FRAME = -1;

/** A filter on a datagram socket runs on each datagram's bytes, and the verdict cuts it: `unix_dgram_sendmsg`. */
class KernelEngine {
  readonly #receiver: number;
  readonly #sender: number;
  readonly #buffer = new Uint8Array(70_000);

  constructor() {
    const pair = new Int32Array(2);
    check(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 'socketpair', 'make a pair of sockets');
    [this.#receiver = NO_FRAME, this.#sender = NO_FRAME] = pair;
  }

  attach(instructions: readonly BpfInstruction[]): boolean {
    return attachFilter(this.#receiver, instructions);
  }

  detach(): void {
    detachFilter(this.#receiver);
  }

  /** Bytes of the frame that are kept, -1 when it is dropped. */
  keep(frame: Uint8Array): number {
    check(Number(sendto(this.#sender, frame, frame.length, 0, null, 0)), 'sendto', 'send a frame');
    return Number(recv(this.#receiver, this.#buffer, this.#buffer.length, MSG_DONTWAIT));
  }

  close(): void {
    close(this.#receiver);
    close(this.#sender);
  }
}

const kernel = new KernelEngine();
afterAll(() => kernel.close());

const api = webAssembly();
if (api === undefined) throw new Error('these tests run with WebAssembly');
const memory = new api.Memory({ initial: 1 });

/** What the verdict of `interpret` makes of a frame: how much the kernel would hand on. */
function kept(verdict: number, length: number): number {
  return verdict === 0 ? NO_FRAME : Math.min(verdict, length);
}

/** The frames on which the three engines do not say the same. */
function disagreements(instructions: readonly BpfInstruction[], someFrames: readonly Uint8Array[]): readonly string[] {
  if (!kernel.attach(instructions)) return ['the kernel does not take the program'];
  const filter = compileToWasm(instructions, memory);
  const bytes = new Uint8Array(memory.buffer);
  return someFrames.flatMap((frame) => {
    bytes.set(frame, bytes.length - frame.length);
    const ours = interpret(instructions, frame);
    const compiled = filter.match(bytes.length - frame.length, frame.length, frame.length, 0) >>> 0;
    const theirs = kernel.keep(frame);
    if (ours === compiled && kept(ours, frame.length) === theirs) return [];
    return [`interpreter ${ours}, WebAssembly ${compiled}, kernel ${theirs} on ${Buffer.from(frame).toString('hex')}`];
  });
}

/** Of an interface or a direction the kernel knows something even here, where we have bytes alone. */
function isComparable(instructions: readonly BpfInstruction[]): boolean {
  return kernelRefusal(instructions) === undefined && !usesAncillary(instructions);
}

/** An empty datagram looks like a cut one: every frame here has a byte at least. */
const someFrames = fc.array(
  frames.filter((frame) => frame.length > 0),
  { minLength: 1, maxLength: 8 },
);

describe('kernel, interpreter and WebAssembly agree', () => {
  test('on random programs and frames', () => {
    let judged = 0;
    fc.assert(
      fc.property(programs({ indexShifts: false }), someFrames, (program, list) => {
        expect(disagreements(program, list).slice(0, 3)).toEqual([]);
        judged += list.length;
      }),
      { numRuns: 3000 },
    );
    process.stderr.write(`kernel and engines agree on ${judged} random frames\n`);
  });

  test('on libpcap’s programs for the corpus’ expressions', () => {
    const corpus = corpusFolder();
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    const list = fc.sample(etherFrames, 40);
    let count = 0;
    const step = isCorpusShared ? 7 : 1;
    for (const { expression, instructions } of corpusPrograms(corpus, tcpdump, step)) {
      if (!isComparable(instructions)) continue;
      expect(disagreements(instructions, list).slice(0, 3), expression).toEqual([]);
      count += 1;
    }
    process.stderr.write(`kernel and engines agree on ${count} programs x ${list.length} frames\n`);
    expect(count).toBeGreaterThan(60);
  });

  test('on our compiler’s programs for the corpus’ expressions, and the corpus’ frames', async () => {
    const corpus = corpusFolder();
    const list = await corpusFrames(corpus);
    let count = 0;
    for (const { expression, instructions } of compiledExpressions(corpus)) {
      if (!isComparable(instructions)) continue;
      expect(disagreements(instructions, list).slice(0, 3), expression).toEqual([]);
      count += 1;
    }
    process.stderr.write(`kernel and engines agree on ${count} programs x ${list.length} captured frames\n`);
    expect(count).toBeGreaterThan(50);
  });

  /** Every tenth Ethernet expression of the shared corpus; `TAPLINE_LONG=1` takes them all. */
  function compiledExpressions(corpus: string): readonly CorpusProgram[] {
    const step = process.env['TAPLINE_LONG'] === '1' || !isCorpusShared ? 1 : 10;
    const texts = ethernetExpressions(corpus).filter((_, index) => index % step === 0);
    return texts.flatMap((expression) => {
      try {
        return [{ expression, instructions: compileFilter(expression, { linkType: LinkType.ethernet }).instructions }];
      } catch (error) {
        if (error instanceof FilterError) return []; // what is refused is another test's business
        throw error;
      }
    });
  }

  /** All Ethernet frames of the corpus' captures, as far as the files can be read. */
  async function corpusFrames(corpus: string): Promise<readonly Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (const name of readdirSync(join(corpus, 'pcaps')).filter((file) => /\.pcap(ng)?$/.test(file))) {
      try {
        await using source = await openFile(join(corpus, 'pcaps', name));
        if (source.linkType !== LinkType.ethernet) continue;
        for await (const { bytes } of source.packets()) if (bytes.length > 0) found.push(bytes);
      } catch (error) {
        if (!(error instanceof StackError)) throw error; // some are broken on purpose
      }
    }
    return found;
  }
});

describe('the kernel takes exactly what validate takes', () => {
  const instruction = fc.record({
    code: fc.oneof(fc.constantFrom(...OPCODES.map((opcode) => opcode.code)), fc.nat(0xffff)),
    jt: fc.nat(4),
    jf: fc.nat(4),
    k: fc.oneof(fc.nat(17), fc.constantFrom(31, 32, 0xffff_f000, 0xffff_f004, 0xffff_f001, 0xffff_f040, 0xffff_fffe)),
  });
  const anything = fc
    .tuple(fc.array(instruction, { maxLength: 5 }), fc.boolean())
    .map(([body, isEnded]) => (isEnded ? [...body, { code: 0x06, jt: 0, jf: 0, k: 0 }] : body));

  test('whatever the program', () => {
    const taken = { yes: 0, no: 0 };
    fc.assert(
      fc.property(anything, (program) => {
        const isTaken = kernel.attach(program);
        taken[isTaken ? 'yes' : 'no'] += 1;
        expect(refusalOf(program) === undefined, JSON.stringify(program)).toBe(isTaken);
      }),
      { numRuns: 20_000 },
    );
    expect(Math.min(taken.yes, taken.no)).toBeGreaterThan(1000);
  });

  function refusalOf(program: readonly BpfInstruction[]): string | undefined {
    try {
      validate(program);
      return undefined;
    } catch (error) {
      if (error instanceof ProgramError) return error.message;
      throw error;
    }
  }
});

test('a filter that is taken off filters no more', () => {
  expect(kernel.attach([{ code: 0x06, jt: 0, jf: 0, k: 0 }])).toBe(true);
  expect(kernel.keep(Uint8Array.of(1, 2, 3))).toBe(NO_FRAME);
  kernel.detach();
  expect(kernel.keep(Uint8Array.of(1, 2, 3))).toBe(3);
  expect(() => kernel.detach()).toThrow(/ENOENT/);
});

test('a descriptor that is none is an error, not a refusal', () => {
  expect(() => attachFilter(NO_FRAME, [{ code: 0x06, jt: 0, jf: 0, k: 0 }])).toThrow(/EBADF/);
});
