/** Creating and joining fanout groups, also on kernels without PACKET_FANOUT_FLAG_UNIQUEID. @module */
import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type FanoutOption, joinFanoutGroup } from '../../../src/capture/ring/fanout-group.ts';

const { EINVAL, ENOSPC, EPERM } = constants.errno;
/** linux/if_packet.h: the type and its flags are in the upper 16 bits. */
const [UNIQUE, ROLLOVER] = [0x2000_0000, 0x0003_0000];
const WANTED = 'share the frames of eth0 by rollover';

/** Simulates fanout_add of net/packet/af_packet.c: groups by number, each with its type. */
class FakeKernel implements FanoutOption {
  readonly asked: number[] = [];
  readonly #knowsUnique: boolean;
  readonly #taken: ReadonlyMap<number, number>;
  #joined = 0;

  constructor(knowsUnique: boolean, taken: ReadonlyMap<number, number> = new Map()) {
    this.#knowsUnique = knowsUnique;
    this.#taken = taken;
  }

  set(value: number): number {
    this.asked.push(value);
    if ((value & UNIQUE) !== 0) {
      if (!this.#knowsUnique) return EINVAL;
      this.#joined = (value & ~UNIQUE) | 77;
      return 0;
    }
    this.#joined = value;
    return this.#taken.get(value & 0xffff) ?? 0;
  }

  get(): number {
    return this.#joined;
  }
}

test('the kernel chooses a group number, and other sockets join it', () => {
  const kernel = new FakeKernel(true);
  expect(joinFanoutGroup(kernel, { mode: 'rollover' }, WANTED)).toBe(77);
  expect(joinFanoutGroup(kernel, { mode: 'rollover', id: 77 }, WANTED)).toBe(77);
  expect(kernel.asked).toEqual([UNIQUE | ROLLOVER, ROLLOVER | 77]);
});

describe('a kernel that does not choose a number', () => {
  test('uses a random number', () => {
    const kernel = new FakeKernel(false);
    expect(joinFanoutGroup(kernel, { mode: 'hash' }, WANTED, () => 0.5)).toBe(0x8000);
    expect(kernel.asked).toEqual([UNIQUE, 0x8000]);
  });

  test('skips groups of another type and full groups, and wraps after the last number', () => {
    const taken = new Map([
      [0xffff, EINVAL],
      [0, ENOSPC],
    ]);
    const kernel = new FakeKernel(false, taken);
    expect(joinFanoutGroup(kernel, { mode: 'rollover' }, WANTED, () => 1 - 2 ** -16)).toBe(1);
    expect(kernel.asked.slice(1)).toEqual([ROLLOVER | 0xffff, ROLLOVER, ROLLOVER | 1]);
  });

  test('stops after a number of attempts', () => {
    const kernel: FakeKernel = new FakeKernel(false, new Map(Array.from({ length: 1 << 16 }, (_, id) => [id, EINVAL])));
    expect(() => joinFanoutGroup(kernel, { mode: 'cpu' }, WANTED)).toThrow(`cannot ${WANTED}: setsockopt: EINVAL`);
    expect(kernel.asked).toHaveLength(17);
  });

  test('another error is final, and a given group number is the only one tried', () => {
    const forbidden = new FakeKernel(false, new Map([[0x8000, EPERM]]));
    expect(() => joinFanoutGroup(forbidden, { mode: 'cpu' }, WANTED, () => 0.5)).toThrow('EPERM');
    expect(forbidden.asked).toHaveLength(2);
    const other = new FakeKernel(false, new Map([[5, EINVAL]]));
    expect(() => joinFanoutGroup(other, { mode: 'cpu', id: 5 }, WANTED)).toThrow('EINVAL');
    expect(other.asked).toHaveLength(1);
  });
});
