import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Ancillary } from '../../../src/bpf/ancillary.ts';
import { assemble } from '../../../src/bpf/engine/assemble.ts';
import { createEngine, kernelRefusal } from '../../../src/bpf/engine/create-engine.ts';
import { interpret } from '../../../src/bpf/engine/interpret.ts';
import { webAssembly } from '../../../src/wasm/web-assembly.ts';
import { frames, programs } from '../../support/bpf-programs.ts';

const ANCILLARY: Ancillary = {
  protocol: 0x0800,
  packetType: 0,
  interfaceIndex: 2,
  hardwareType: 1,
  rxHash: 5,
  vlanTagPresent: 1,
  vlanTag: 100,
  vlanProtocol: 0x8100,
};

const FIRST_IS_SEVEN = assemble('ldb [0]\njeq #7, yes\nret #0\nyes: ret #262144');

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the choice of an engine', () => {
  test.each([
    ['interpreter', 'interpreter', false],
    ['wasm', 'wasm', false],
    ['kernel', 'wasm', true],
    ['auto', 'interpreter', true], // no memory: frames would have to be copied
  ] as const)('%s gives %s', (engine, kind, attach) => {
    expect(createEngine(FIRST_IS_SEVEN, { engine })).toMatchObject({ kind, attach, fallback: undefined });
  });

  test('auto compiles when the frames are in WebAssembly memory', () => {
    const memory = new (webAssembly()?.Memory ?? expect.fail())({ initial: 1 });
    const engine = createEngine(FIRST_IS_SEVEN, { memory });
    expect(engine.kind).toBe('wasm');
    expect(engine.wasm?.memory).toBe(memory);
    const bytes = new Uint8Array(memory.buffer, 1000);
    bytes[5] = 7;
    expect(engine.run(bytes, 5, 4, 4)).toBe(262_144);
    expect(engine.run(bytes, 6, 4, 4)).toBe(0);
    expect(engine.run(Uint8Array.of(7), 0, 1, 1)).toBe(262_144);
  });

  test('uses the interpreter without WebAssembly, and gives the reason', () => {
    vi.stubGlobal('WebAssembly', undefined);
    const engine = createEngine(FIRST_IS_SEVEN, { engine: 'wasm' });
    expect(engine).toMatchObject({
      kind: 'interpreter',
      fallback: expect.stringContaining('WebAssembly engine not available'),
    });
    expect(engine.run(Uint8Array.of(7), 0, 1, 1)).toBe(262_144);
  });

  test('a policy that forbids generated code has the same effect', () => {
    const forbidding = {
      ...webAssembly(),
      Memory: webAssembly()?.Memory,
      Module: class {
        constructor() {
          throw new Error('disallowed by embedder');
        }
      },
    };
    vi.stubGlobal('WebAssembly', forbidding);
    const engine = createEngine(FIRST_IS_SEVEN, { engine: 'wasm' });
    expect(engine).toMatchObject({ kind: 'interpreter', fallback: expect.stringContaining('disallowed by embedder') });
  });

  test('reports programs that the kernel does not accept', () => {
    const loop = assemble('again: add #1\njeq #3, out\nja again\nout: ret #1', { backwardJumps: true });
    expect(createEngine(loop, { engine: 'kernel' })).toMatchObject({
      attach: false,
      fallback: expect.stringContaining('backward'),
    });
    expect(kernelRefusal(assemble('ld #1\nldx #40\nlsh x\nret a'))).toMatch(/modulo 32/);
    expect(kernelRefusal(FIRST_IS_SEVEN)).toBeUndefined();
  });
});

test('every engine agrees with interpret', () => {
  const frame = fc.oneof(frames, fc.constant(new Uint8Array(100_000)));
  fc.assert(
    fc.property(programs({ ancillary: true }), frame, fc.boolean(), (program, bytes, isLive) => {
      const ancillary = isLive ? ANCILLARY : undefined;
      const expected = interpret(program, bytes, 0, bytes.length, 1500, ancillary);
      for (const engine of ['interpreter', 'wasm', 'kernel', 'auto'] as const) {
        expect(createEngine(program, { engine }).run(bytes, 0, bytes.length, 1500, ancillary)).toBe(expected);
      }
    }),
    { numRuns: 200 },
  );
});

test('a length beyond the array is limited to the array', () => {
  for (const engine of ['interpreter', 'wasm'] as const) {
    const program = assemble('ldb [1]\nret #1');
    expect(createEngine(program, { engine }).run(Uint8Array.of(1, 2, 3), 2, 100, 100)).toBe(0);
    expect(createEngine(program, { engine }).run(Uint8Array.of(1, 2, 3), 1, 100, 100)).toBe(1);
  }
});
