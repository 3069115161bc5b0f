import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ancillary, AncillaryLayout } from '../../../src/bpf/ancillary.ts';
import { assemble } from '../../../src/bpf/engine/assemble.ts';
import { interpret } from '../../../src/bpf/engine/interpret.ts';
import { trace } from '../../../src/bpf/engine/trace.ts';
import { BatchEntry, compileToWasm } from '../../../src/bpf/engine/wasm-engine.ts';
import { emitFilter } from '../../../src/bpf/engine/wasm-filter.ts';
import { BPF_MAX_INSTRUCTIONS, type BpfInstruction } from '../../../src/bpf/instruction.ts';
import { WasmModule } from '../../../src/wasm/module.ts';
import { WASM_PAGE_LENGTH, webAssembly } from '../../../src/wasm/web-assembly.ts';
import { corpusPrograms, etherFrames, frames, programs } from '../../support/bpf-programs.ts';
import { corpusFolder, requirePeer } from '../../support/peers.ts';

const api = webAssembly();
if (api === undefined) throw new Error('these tests run with WebAssembly');

const ANCILLARY: Ancillary = {
  protocol: 0x86dd,
  packetType: 1,
  interfaceIndex: 3,
  hardwareType: 1,
  rxHash: 0xffff_fffe,
  vlanTagPresent: 1,
  vlanTag: 0xe007,
  vlanProtocol: 0x8100,
};

const ANCILLARY_AT = 64;
const ENTRIES_AT = 128;

const memory = new api.Memory({ initial: 1 });
const words = new DataView(memory.buffer);
for (const [name, at] of Object.entries(AncillaryLayout)) {
  if (name !== 'size') words.setUint32(ANCILLARY_AT + at, ANCILLARY[name as keyof Ancillary], true);
}

/** Puts a frame at the very end of memory: reading one byte beyond it traps. */
function place(frame: Uint8Array): number {
  const at = WASM_PAGE_LENGTH - frame.length;
  new Uint8Array(memory.buffer).set(frame, at);
  return at;
}

function runWasm(
  instructions: readonly BpfInstruction[],
  frame: Uint8Array,
  wireLength: number,
  isLive: boolean,
): number {
  const filter = compileToWasm(instructions, memory);
  return filter.match(place(frame), frame.length, wireLength, isLive ? ANCILLARY_AT : 0) >>> 0;
}

describe('agrees with the interpreter', () => {
  test('on random programs and frames, with and without ancillary values', () => {
    let kept = 0;
    let rejected = 0;
    const property = fc.property(
      programs({ ancillary: true, indexShifts: true }),
      fc.array(frames, { minLength: 1, maxLength: 6 }),
      fc.nat(2000),
      fc.boolean(),
      (program, someFrames, more, isLive) => {
        const filter = compileToWasm(program, memory);
        for (const frame of someFrames) {
          const wireLength = frame.length + more;
          const expected = interpret(program, frame, 0, frame.length, wireLength, isLive ? ANCILLARY : undefined);
          const found = filter.match(place(frame), frame.length, wireLength, isLive ? ANCILLARY_AT : 0) >>> 0;
          expect(found).toBe(expected);
          if (expected === 0) rejected += 1;
          else kept += 1;
        }
      },
    );
    fc.assert(property, { numRuns: 4000 });
    expect(Math.min(kept, rejected)).toBeGreaterThan(1000); // the programs do not all give the same result
  });

  test('on random programs with loops', () => {
    fc.assert(
      fc.property(programs({ backwardJumps: true }), frames, (program, frame) => {
        expect(runWasm(program, frame, frame.length, false)).toBe(interpret(program, frame));
      }),
      { numRuns: 1500 },
    );
  });

  test('on libpcap’s programs for the corpus, and random frames', () => {
    const corpus = corpusFolder();
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    const samples = fc.sample(etherFrames, 200);
    for (const { expression, instructions } of corpusPrograms(corpus, tcpdump, 10)) {
      const filter = compileToWasm(instructions, memory);
      const run = (frame: Uint8Array): number => filter.match(place(frame), frame.length, frame.length, 0) >>> 0;
      const different = samples.filter((frame) => run(frame) !== interpret(instructions, frame));
      expect(different, expression).toEqual([]);
    }
  });
});

test.each([
  ['ld', 'jge', 0x0a00_0000],
  ['ld', 'jgt', 0x0aff_ffff],
  ['ld', 'jge', 0xff00_0000],
  ['ld', 'jgt', 0x00ff_ffff],
  ['ld', 'jgt', 0x0a00_0000],
  ['ldh', 'jge', 0x0400],
  ['ldh', 'jgt', 0x04ff],
  ['ldh', 'jge', 0xff00],
  ['ldh', 'jgt', 0x0400],
] as const)('%s, %s %i at the edges of that number', (load, jump, edge) => {
  const program = assemble(`${load} [0]\n${jump} #${edge}, yes\nret #0\nyes: ret #1`);
  const bytes = load === 'ld' ? 4 : 2;
  for (const value of [0, edge - 1, edge, edge + 1, edge + 0x100, 2 ** (8 * bytes) - 1]) {
    const frame = Uint8Array.from({ length: bytes }, (_, index) => value >>> (8 * (bytes - 1 - index)));
    const read = frame.reduce((sum, byte) => sum * 256 + byte, 0);
    expect(runWasm(program, frame, bytes, false)).toBe((jump === 'jge' ? read >= edge : read > edge) ? 1 : 0);
  }
});

describe('bounds', () => {
  test.each(['ld [60]', 'ldh [62]', 'ldb [63]', 'ldx #62\nldh [x + 0]', 'ldxb 4*([63]&0xf)'])(
    '%s reads the last bytes of a frame of 64, and no further',
    (load) => {
      const program = assemble(`${load}\nret #1`);
      expect(runWasm(program, new Uint8Array(64), 64, false)).toBe(1);
      expect(runWasm(program, new Uint8Array(63), 64, false)).toBe(0);
      expect(runWasm(program, new Uint8Array(0), 64, false)).toBe(0);
    },
  );

  test.each([
    'ldx #0xffffffff\nld [x + 0]',
    'ldx #0xffffffff\nld [x + 62]',
    'ld #pktlen\nsub #65\ntax\nldh [x + 0]',
    'ld [0]\ntax\nld [x + 0xfffffff0]',
    'ld [0x7fffffff]',
    'ld [0xfffff000]',
  ])('%s is no way around them', (load) => {
    const frame = new Uint8Array(64).fill(0xff);
    expect(runWasm(assemble(`${load}\nret #1`), frame, 64, false)).toBe(0);
  });
});

test('a batch writes a verdict for each frame and counts the matches', () => {
  const filter = compileToWasm(assemble('ldb [0]\njeq #7, no\nld #pktlen\nret a\nno: ret #0'), memory);
  const bytes = new Uint8Array(memory.buffer);
  const lengths = [0, 1, 5, 9, 2];
  for (const [index, length] of lengths.entries()) {
    const frame = 1024 + index * 16;
    bytes[frame] = index === 3 ? 7 : 1;
    const entry = ENTRIES_AT + index * BatchEntry.size;
    words.setUint32(entry + BatchEntry.frame, frame, true);
    words.setUint32(entry + BatchEntry.captured, length, true);
    words.setUint32(entry + BatchEntry.wire, 100 + index, true);
    words.setUint32(entry + BatchEntry.verdict, 0xdead, true);
  }
  const verdicts = (): number[] =>
    lengths.map((_, index) => words.getUint32(ENTRIES_AT + index * BatchEntry.size + BatchEntry.verdict, true));
  expect(filter.matchBatch(ENTRIES_AT, lengths.length, 0)).toBe(3);
  expect(verdicts()).toEqual([0, 101, 102, 0, 104]);
  expect(filter.matchBatch(ENTRIES_AT, 0, 0)).toBe(0);
});

test('a batch resets all registers for each frame, also after loops', () => {
  // counts to the frame's first byte in A, which must begin as 0 for each frame
  const text = 'st M[0]\nldb [0]\ntax\nld M[0]\nagain: add #1\njeq x, out\nja again\nout: ret a';
  const filter = compileToWasm(assemble(text, { backwardJumps: true }), memory);
  const bytes = new Uint8Array(memory.buffer);
  for (const [index, value] of [9, 3, 5].entries()) {
    bytes[1024 + index] = value;
    words.setUint32(ENTRIES_AT + index * BatchEntry.size + BatchEntry.frame, 1024 + index, true);
    words.setUint32(ENTRIES_AT + index * BatchEntry.size + BatchEntry.captured, 1, true);
  }
  expect(filter.matchBatch(ENTRIES_AT, 3, 0)).toBe(3);
  const verdicts = [0, 1, 2].map((index) =>
    words.getUint32(ENTRIES_AT + index * BatchEntry.size + BatchEntry.verdict, true),
  );
  expect(verdicts).toEqual([9, 3, 5]);
});

test('a filter inside another module, with shared memory', () => {
  const shared = new api.Memory({ initial: 1, maximum: 2, shared: true });
  new Uint8Array(shared.buffer).set([0, 0, 8, 6], 100);
  const module = new WasmModule();
  module.importMemory('host', 'memory', { initial: 1, maximum: 2, shared: true });
  const filter = emitFilter(module, assemble('ldh [2]\njeq #0x806, yes\nret #0\nyes: ret #-1'));
  const twice = module.addFunction({ parameters: ['i32'], results: ['i32'] }, (code) => {
    code.get(0).i32(4).i32(4).i32(0).call(filter);
  });
  module.exportFunction('twice', twice);
  const instance = new api.Instance(new api.Module(module.encode()), { host: { memory: shared } });
  const run = instance.exports['twice'] as (frame: number) => number;
  expect([run(100), run(104)]).toEqual([-1, 0]);
  expect(compileToWasm(assemble('ldh [2]\nret a'), shared).match(100, 4, 4, 0)).toBe(0x806);
});

describe('size', () => {
  test('compiles the longest program, in which every load branches', () => {
    const program: BpfInstruction[] = [];
    for (let index = 0; program.length + 5 <= BPF_MAX_INSTRUCTIONS; index += 1) {
      program.push({ code: 0x28, jt: 0, jf: 0, k: index % 1400 }, { code: 0x15, jt: 1, jf: 0, k: 1 });
      program.push({ code: 0x05, jt: 0, jf: 0, k: 1 }, { code: 0x06, jt: 0, jf: 0, k: index });
    }
    program.push({ code: 0x06, jt: 0, jf: 0, k: 0 });
    const frame = new Uint8Array(1500);
    frame[1399] = 1;
    expect(runWasm(program, frame, 1500, false)).toBe(interpret(program, frame));
  });

  test('long arithmetic does not exhaust the stack', () => {
    const chain = Array.from({ length: BPF_MAX_INSTRUCTIONS - 3 }, (_, index) =>
      index % 2 === 0 ? { code: 0x0c, jt: 0, jf: 0, k: 0 } : { code: 0x07, jt: 0, jf: 0, k: 0 },
    );
    const program = [
      { code: 0x20, jt: 0, jf: 0, k: 0 },
      { code: 0x07, jt: 0, jf: 0, k: 0 },
      ...chain,
      { code: 0x16, jt: 0, jf: 0, k: 0 },
    ];
    const frame = Uint8Array.of(1, 2, 3, 5, 0);
    expect(runWasm(program, frame, 5, false)).toBe(trace(program, frame).verdict);
    const shifts = program.map((instruction) =>
      instruction.code === 0x0c ? { ...instruction, code: 0x6c } : instruction,
    );
    expect(runWasm(shifts, frame, 5, false)).toBe(trace(shifts, frame).verdict);
  });
});
