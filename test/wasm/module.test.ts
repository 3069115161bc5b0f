import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WasmBytes } from '../../src/wasm/bytes.ts';
import type { WasmCode, WasmLabel } from '../../src/wasm/code.ts';
import { WasmModule, type WasmSignature } from '../../src/wasm/module.ts';
import { WASM_LOADS, WASM_PLAIN, WASM_STORES } from '../../src/wasm/opcodes.ts';
import { type WasmMemory, webAssembly } from '../../src/wasm/web-assembly.ts';

const api = webAssembly();
if (api === undefined) throw new Error('these tests run with WebAssembly');
const { Module, Instance, Memory } = api;

type Call = (...values: (number | bigint)[]) => number | bigint;

/** One exported function over a page of memory, compiled and ready to call. */
function assemble(signature: WasmSignature, build: (code: WasmCode) => void, memory?: WasmMemory): Call {
  const module = new WasmModule();
  module.importMemory('host', 'memory', { initial: 1 });
  module.exportFunction('run', module.addFunction(signature, build));
  const compiled = new Module(module.encode());
  return new Instance(compiled, { host: { memory: memory ?? new Memory({ initial: 1 }) } }).exports['run'] as Call;
}

const BINARY: WasmSignature = { parameters: ['i32', 'i32'], results: ['i32'] };
const UNARY: WasmSignature = { parameters: ['i32'], results: ['i32'] };

describe('LEB128', () => {
  test('the examples of the DWARF 4 standard, figures 22 and 23', () => {
    const unsigned = [2, 127, 128, 129, 130, 12857].map((value) => [...new WasmBytes().unsigned(value).toUint8Array()]);
    expect(unsigned).toEqual([[2], [127], [0x80, 1], [0x81, 1], [0x82, 1], [0xb9, 0x64]]);
    const signed = [2, -2, 127, -127, 128, -128, 129, -129];
    const encoded = signed.map((value) => [...new WasmBytes().signed(value).toUint8Array()]);
    expect(encoded).toEqual([[2], [0x7e], [0xff, 0], [0x81, 0x7f], [0x80, 1], [0x80, 0x7f], [0x81, 1], [0xff, 0x7e]]);
  });

  test('a constant comes back from the engine as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (value) => {
        const run = assemble({ parameters: [], results: ['i32'] }, (code) => void code.i32(value));
        expect(run()).toBe(value | 0);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const run = assemble({ parameters: [], results: ['i64'] }, (code) => void code.i64(value));
        expect(run()).toBe(value);
      }),
    );
  });
});

describe('instructions', () => {
  test('every arithmetic opcode has the type that its name says', () => {
    const unary = /eqz|clz|ctz|popcnt|extend\d/;
    const compare = /\.(eqz?|ne|[lg][te]_[su])$/;
    for (const name of Object.keys(WASM_PLAIN) as (keyof typeof WASM_PLAIN)[]) {
      const type = name.slice(0, 3);
      if ((type !== 'i32' && type !== 'i64') || /wrap|extend_/.test(name)) continue;
      const parameters = unary.test(name) ? ([type] as const) : ([type, type] as const);
      const results = [compare.test(name) ? 'i32' : type] as const;
      const run = assemble({ parameters, results }, (code) => {
        for (const index of parameters.keys()) code.get(index);
        code.op(name);
      });
      expect(run, name).toBeTypeOf('function');
    }
  });

  test('unsigned and signed arithmetic give the numbers of the specification (4.3.2)', () => {
    const run = (name: keyof typeof WASM_PLAIN, a: number, b: number): number | bigint =>
      assemble(BINARY, (code) => void code.get(0).get(1).op(name))(a, b);
    expect(run('i32.sub', 3, 5)).toBe(-2);
    expect(run('i32.div_u', -2, 2)).toBe(0x7fff_ffff);
    expect(run('i32.rem_u', -1, 10)).toBe(5);
    expect(run('i32.shr_u', -1, 28)).toBe(15);
    expect(run('i32.shl', 1, 33)).toBe(2);
    expect(run('i32.rotl', 0x1234_5678, 16)).toBe(0x5678_1234);
    expect(run('i32.lt_u', 1, -1)).toBe(1);
    expect(run('i32.lt_s', 1, -1)).toBe(0);
    expect(run('i32.xor', 0xff, 0x0f)).toBe(0xf0);
    const wrap = assemble({ parameters: ['i64'], results: ['i32'] }, (code) => void code.get(0).op('i32.wrap_i64'));
    expect(wrap(0x1_0000_0007n)).toBe(7);
    const extend = assemble({ parameters: ['i32'], results: ['i64'] }, (c) => void c.get(0).op('i64.extend_i32_u'));
    expect(extend(-1)).toBe(0xffff_ffffn);
  });

  test('loads and stores of every width, little-endian, at any alignment', () => {
    const memory = new Memory({ initial: 1 });
    const view = new DataView(memory.buffer);
    for (const name of Object.keys(WASM_LOADS) as (keyof typeof WASM_LOADS)[]) {
      if (name === 'v128.load' || name === 'i32.atomic.load') continue;
      view.setBigUint64(13, 0xf1f2_f3f4_f5f6_f7f8n, true);
      const type = name.slice(0, 3) as 'i32' | 'i64';
      const bits = 8 << WASM_LOADS[name].widthLog2;
      const read = assemble({ parameters: ['i32'], results: [type] }, (code) => void code.get(0).load(name, 9), memory);
      const low = BigInt.asUintN(bits, 0xf1f2_f3f4_f5f6_f7f8n);
      const value = name.endsWith('_u') ? low : BigInt.asIntN(bits, low);
      expect(read(4), name).toBe(type === 'i32' ? Number(value) : value);
    }
    for (const name of Object.keys(WASM_STORES) as (keyof typeof WASM_STORES)[]) {
      if (name === 'v128.store' || name === 'i32.atomic.store') continue;
      view.setBigUint64(13, 0n);
      const type = name.slice(0, 3) as 'i32' | 'i64';
      const signature: WasmSignature = { parameters: ['i32', type], results: [] };
      const write = assemble(signature, (code) => void code.get(0).get(1).store(name, 9), memory);
      write(4, type === 'i32' ? -2 : -2n);
      const expected = BigInt.asUintN(8 << WASM_STORES[name].widthLog2, -2n);
      expect(view.getBigUint64(13, true), name).toBe(expected);
    }
  });

  test('sixteen bytes at once, and atomics on shared memory', () => {
    const memory = new Memory({ initial: 1, maximum: 1, shared: true });
    const bytes = new Uint8Array(memory.buffer);
    bytes.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 32);
    const module = new WasmModule();
    module.importMemory('host', 'memory', { initial: 1, maximum: 1, shared: true });
    const copy = module.addFunction({ parameters: ['i32', 'i32'], results: ['i32'] }, (code) => {
      code.get(0).get(1).load('v128.load').store('v128.store');
      code.get(0).i32(0x0403_0205).store('i32.atomic.store', 16);
      code.get(0).load('i32.atomic.load', 16);
    });
    module.exportFunction('copy', copy);
    const instance = new Instance(new Module(module.encode()), { host: { memory } });
    expect((instance.exports['copy'] as Call)(64, 32)).toBe(0x0403_0205);
    expect([...bytes.subarray(64, 80)]).toEqual([...bytes.subarray(32, 48)]);
  });

  test('memory.copy, memory.fill and memory.size', () => {
    const memory = new Memory({ initial: 1 });
    const bytes = new Uint8Array(memory.buffer);
    const run = assemble(
      UNARY,
      (code) => {
        code.i32(0).i32(0xab).i32(8).memoryFill();
        code.i32(100).i32(4).get(0).memoryCopy();
        code.memorySize();
      },
      memory,
    );
    expect(run(6)).toBe(1);
    expect([...bytes.subarray(98, 108)]).toEqual([0, 0, 0xab, 0xab, 0xab, 0xab, 0, 0, 0, 0]);
  });
});

describe('control', () => {
  test('a loop with a local: the sum of 1 to n', () => {
    const run = assemble(UNARY, (code) => {
      const sum = code.local();
      const done = code.block();
      const next = code.loop();
      code.get(0).op('i32.eqz').branchIf(done);
      code.get(sum).get(0).op('i32.add').set(sum);
      code.get(0).i32(1).op('i32.sub').set(0);
      code.branch(next);
      code.end().end();
      code.get(sum);
    });
    expect(run(100)).toBe(5050);
  });

  test('if, else and a block with a result', () => {
    const run = assemble(UNARY, (code) => {
      code.get(0).i32(10).op('i32.lt_u');
      code.if('i32');
      code.i32(1).else().i32(2).end();
    });
    expect([run(9), run(10)]).toEqual([1, 2]);
  });

  test('a branch table picks by index', () => {
    const run = assemble(UNARY, (code) => {
      const labels: WasmLabel[] = [];
      for (let index = 0; index < 4; index += 1) labels.unshift(code.block());
      const [first, second, third, other] = labels as [WasmLabel, WasmLabel, WasmLabel, WasmLabel];
      code.get(0).branchTable([first, second, third], other);
      for (const value of [10, 20, 30]) code.end().i32(value).op('return');
      code.end().i32(40);
    });
    expect([0, 1, 2, 3, -1].map((index) => run(index))).toEqual([10, 20, 30, 40, 40]);
  });

  test('functions call each other, imports and themselves; globals keep their value', () => {
    const module = new WasmModule();
    const twice = module.importFunction('host', 'twice', UNARY);
    const counter = module.addGlobal('i32', -5);
    const wide = module.addGlobal('i64');
    const factorial = module.addFunction(UNARY, (code) => {
      code.globalGet(counter).i32(1).op('i32.add').globalSet(counter);
      code.globalGet(wide).op('i32.wrap_i64').op('drop');
      code.get(0).op('i32.eqz');
      code.if('i32');
      code.i32(1).else();
      code.get(0).get(0).i32(1).op('i32.sub').call(1).op('i32.mul').end();
    });
    const entry = module.addFunction(UNARY, (code) => void code.get(0).call(twice).call(factorial));
    const count = module.addFunction({ parameters: [], results: ['i32'] }, (code) => void code.globalGet(counter));
    module.exportFunction('entry', entry);
    module.exportFunction('count', count);
    const instance = new Instance(new Module(module.encode()), { host: { twice: (value: number) => value * 2 } });
    expect((instance.exports['entry'] as Call)(3)).toBe(720);
    expect((instance.exports['count'] as Call)()).toBe(2);
  });

  test('a memory of its own', () => {
    const module = new WasmModule();
    module.defineMemory({ initial: 2, maximum: 3 });
    module.exportMemory('memory');
    const bytes = module.encode();
    expect(api.validate(bytes)).toBe(true);
    expect((new Instance(new Module(bytes)).exports['memory'] as WasmMemory).buffer.byteLength).toBe(2 * 65_536);
  });

  test('mistakes of the one who writes code are errors at once', () => {
    const module = new WasmModule();
    expect(() => module.addFunction(UNARY, (code) => void code.block())).toThrow(/open/);
    expect(() => module.addFunction(UNARY, (code) => void code.end())).toThrow(/open/);
    const closed = (code: WasmCode): void => {
      const label = code.block();
      code.end();
      code.block();
      code.branch(label);
    };
    expect(() => module.addFunction(UNARY, closed)).toThrow(/not open/);
    expect(() => module.importFunction('host', 'late', UNARY)).toThrow(/before/);
  });
});
