/** What a live capture says about its filter before it runs, and where the filter is compiled. @module */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { assemble } from '../../src/bpf/engine/assemble.ts';
import type { CaptureDevice } from '../../src/capture/device.ts';
import { compileLive, type FilterPlacement, type PlacementParts, placeFilter } from '../../src/capture/live-filter.ts';
import { CaptureMemory } from '../../src/capture/memory.ts';
import type { PacketSocket } from '../../src/capture/ring/packet-socket.ts';
import { webAssembly } from '../../src/wasm/web-assembly.ts';

const device = { linkType: LinkType.ethernet, netmask: undefined } as CaptureDevice;

test('a filter that no frame can match is reported', () => {
  const warnings: string[] = [];
  const onWarning = (message: string): number => warnings.push(message);
  expect(compileLive(device, 96, { filter: 'len > 9 and less 8', onWarning })).toHaveLength(1);
  expect(compileLive(device, 96, { filter: 'udp or ip and vlan', onWarning })).not.toHaveLength(0);
  expect(warnings).toEqual(['"len > 9" and "less 8" exclude each other; no packet can match this filter']);
});

describe('a filter is compiled to WebAssembly', () => {
  const program = assemble('ldb [0]\njeq #7, yes, no\nyes: ret #262144\nno: ret #0');
  let compiled = 0;
  afterEach(() => vi.unstubAllGlobals());

  /** @param isAccepted whether the kernel accepts the program */
  function place(isAccepted: boolean, engine: PlacementParts['engine']): FilterPlacement {
    const api = webAssembly() ?? expect.fail();
    compiled = 0;
    class Module extends api.Module {
      constructor(bytes: Uint8Array) {
        super(bytes);
        compiled += 1;
      }
    }
    vi.stubGlobal('WebAssembly', { Memory: api.Memory, Instance: api.Instance, Module });
    const socket = { attachFilter: () => isAccepted } as unknown as PacketSocket;
    const memory = new CaptureMemory({ ringSize: 1, outputSize: 1 });
    const ethernet = { ...device, index: 2, cooked: false };
    return placeFilter(program, { device: ethernet, socket, memory, engine, warn: () => {} });
  }

  test('not where the kernel runs it', () => {
    expect(place(true, 'auto')).toMatchObject({ isAttached: true, createFilter: undefined, instructions: undefined });
    expect(compiled).toBe(0);
  });

  test.each([
    [false, 'auto'],
    [true, 'wasm'],
  ] as const)('with its first frame where it runs here (kernel: %s, engine: %s)', (isAccepted, engine) => {
    const { isAttached, createFilter } = place(isAccepted, engine);
    expect([isAttached, compiled]).toEqual([false, 0]);
    createFilter?.();
    expect(compiled).toBe(1);
  });

  test('a bad program is refused at once', () => {
    const bad = [{ code: 0xffff, jt: 0, jf: 0, k: 0 }];
    const parts = { device, engine: 'auto', warn: () => {} } as unknown as PlacementParts;
    expect(() => placeFilter(bad, parts)).toThrow(expect.objectContaining({ code: 'BAD_PROGRAM' }));
  });
});
