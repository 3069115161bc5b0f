import { describe, expect, test } from 'vitest';
import { ClockBridge } from '../../../src/probe/kernel/clock-bridge.ts';
import { preciseClock } from '../../../src/probe/precise-clock.ts';
import { TokenBucket } from '../../../src/probe/token-bucket.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Simulates the two clocks of a machine, in nanoseconds. */
class Machine {
  monotonic = 5_000_000_000n;
  realtime = 1_700_000_000_000_000_000n;

  pass(milliseconds: number): void {
    this.monotonic += BigInt(Math.round(milliseconds * 1e6));
    this.realtime += BigInt(Math.round(milliseconds * 1e6));
  }

  bridge(): ClockBridge {
    return new ClockBridge(
      () => this.stamp(),
      () => this.now(),
      () => Number(this.realtime / 1_000_000n),
    );
  }

  now(): number {
    return Number(this.monotonic) / 1e6;
  }

  stamp(): { seconds: number; nanoseconds: number } {
    return { seconds: Number(this.realtime / 1_000_000_000n), nanoseconds: Number(this.realtime % 1_000_000_000n) };
  }
}

describe('kernel times on the monotonic clock', () => {
  test('the time of a packet is exact to the nanosecond', () => {
    const machine = new Machine();
    const bridge = machine.bridge();
    machine.pass(1_234.567891);
    const { seconds, nanoseconds } = machine.stamp();
    expect(bridge.toMonotonic(seconds, nanoseconds)).toBeCloseTo(machine.now(), 5);
  });

  test.each([-3_600_000, -50, 50, 86_400_000])(
    'a clock step of %i ms between sending and receiving has no effect',
    (step) => {
      const machine = new Machine();
      const bridge = machine.bridge();
      const sent = machine.stamp();
      const sentAt = bridge.toMonotonic(sent.seconds, sent.nanoseconds);
      machine.pass(10);
      machine.realtime += BigInt(step) * 1_000_000n;
      machine.pass(10);
      const received = machine.stamp();
      bridge.check();
      expect(bridge.steps).toBe(1);
      expect(bridge.toMonotonic(received.seconds, received.nanoseconds) - sentAt).toBeCloseTo(20, 5);
    },
  );

  test('a packet stamped before a clock step back, and read after it, keeps its time', () => {
    const machine = new Machine();
    const bridge = machine.bridge();
    machine.pass(5);
    const stamped = machine.stamp();
    const at = machine.now();
    machine.realtime -= 3_600_000_000_000n;
    machine.pass(1);
    bridge.check();
    expect(bridge.toMonotonic(stamped.seconds, stamped.nanoseconds)).toBeCloseTo(at, 5);
  });

  test('small differences are not treated as a step', () => {
    const machine = new Machine();
    const bridge = machine.bridge();
    machine.realtime += 900_000n;
    machine.pass(1_000);
    bridge.check();
    expect(bridge.steps).toBe(0);
  });
});

describe('the virtual clock', () => {
  test('runs timers in order of time, and in order of creation at equal times', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    for (const [time, name] of [
      [3, 'c'],
      [1, 'a'],
      [3, 'd'],
      [2, 'b'],
    ] as const)
      clock.at(time, () => seen.push(name));
    clock.at(2.5, () => seen.push('never'))();
    await clock.sleep(4);
    expect(seen.join('')).toBe('abcd');
    expect(clock.now()).toBe(4);
  });

  test('an aborted sleep ends early, without advancing the clock', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    clock.at(1, () => abort.abort());
    await clock.sleep(1_000, abort.signal);
    expect(clock.now()).toBe(1);
    await clock.sleep(1, abort.signal);
    expect(clock.now()).toBe(1);
  });
});

test('a token bucket: a burst, then its rate, and no endless wait for an almost complete token', () => {
  const bucket = new TokenBucket(1_000, 3, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, true, false]);
  let now = 0;
  for (let count = 0; count < 1_000; count += 1) {
    now = bucket.nextAt(now);
    expect(bucket.take(now)).toBe(true);
  }
  expect(now).toBeCloseTo(1_000, 6);
});

test('the precise clock sleeps for the given time, and not at all when aborted', async () => {
  const before = preciseClock.now();
  await preciseClock.sleep(3);
  expect(preciseClock.now() - before).toBeGreaterThanOrEqual(3);
  await preciseClock.sleep(60_000, AbortSignal.abort());
});
