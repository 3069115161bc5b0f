/** A ring as an input of a merge: when it ends, and the clock is set back. @module */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { StackError } from '../../../src/base/errors.ts';
import type { CaptureSource, ReadOptions } from '../../../src/base/frame.ts';
import { LinkType } from '../../../src/base/link-type.ts';
import { CaptureMemory } from '../../../src/capture/memory.ts';
import { FrameMerger } from '../../../src/capture/merge/frame-merger.ts';
import { mergeSources } from '../../../src/capture/merge/merged-source.ts';
import { RingInput, type RingLoan } from '../../../src/capture/merge/ring-input.ts';
import { BlockBatch } from '../../../src/capture/ring/block-batch.ts';
import { BlockRing } from '../../../src/capture/ring/ring.ts';
import { RingSource } from '../../../src/capture/ring/ring-source.ts';
import { RingKernel, ringFrame } from '../../support/ring-kernel.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const GEOMETRY = { blockSize: 1 << 12, blockCount: 4, blockTimeout: 10_000 };

/** A ring as a source lends it, and the kernel's side of it. */
function lend(): { loan: RingLoan; kernel: RingKernel; state: { isThere: boolean; refusals: number } } {
  const memory = new CaptureMemory({ ringSize: GEOMETRY.blockSize * GEOMETRY.blockCount, outputSize: 1 });
  const settings = { cooked: false, skipsLoopbackOutgoing: false, snapLength: 100, createFilter: undefined };
  const state = { isThere: true, refusals: 0 };
  const loan: RingLoan = {
    fd: -1,
    ring: new BlockRing(memory, GEOMETRY, true),
    batch: new BlockBatch(memory, settings),
    blockTimeout: GEOMETRY.blockTimeout,
    arrival: {
      isDown: false,
      isRefusing: false,
      refuseFrames() {
        state.refusals += 1;
      },
      isInterfaceThere: () => state.isThere,
    },
  };
  return { loan, kernel: new RingKernel(memory, GEOMETRY), state };
}

/** A ring that an earlier reading has stopped. */
function refusing(loan: RingLoan): RingLoan {
  return { ...loan, arrival: { ...loan.arrival, isRefusing: true } };
}

/** First bytes of the frames that go out now. */
function marksOf(merger: FrameMerger): number[] {
  const marks: number[] = [];
  merger.cut();
  merger.forEach(({ data, offset }) => {
    marks.push(data[offset] as number);
  });
  merger.finish();
  return marks;
}

const frame = (mark: number) => ringFrame(new Uint8Array(60).fill(mark), mark);

test.each(['stopped', 'gone'])('%s: the block that was not handed over is read at once, and it is the last', (how) => {
  const { loan, kernel, state } = lend();
  const input = new RingInput(loan, 0);
  const merger = new FrameMerger([input]);
  kernel.fill([frame(1)]);
  input.look(10 * SECOND);
  const handOver = kernel.begin([frame(2), frame(3)]);
  if (how === 'stopped') input.refuse(10 * SECOND);
  state.isThere = how === 'stopped';
  input.look(10 * SECOND);
  expect([input.hasEnded, input.isGone]).toEqual([false, how === 'gone']);
  input.look(10 * SECOND + 5);
  expect(input.hasEnded).toBe(true);
  handOver(); // the kernel's timer: its frames still come once only
  expect(marksOf(merger)).toEqual([1, 2, 3]);
  expect([merger.isHolding, loan.ring.isLent]).toEqual([false, false]);
  expect(state.refusals).toBe(how === 'stopped' ? 1 : 0);
});

test('what an earlier reading stopped brings what is still there, and ends', () => {
  const { loan, kernel } = lend();
  kernel.fill([frame(1)]);
  kernel.begin([frame(2)]);
  const input = new RingInput(refusing(loan), 0);
  input.look(10 * SECOND);
  input.look(10 * SECOND);
  expect(input.hasEnded).toBe(true);
  expect(marksOf(new FrameMerger([input]))).toEqual([1, 2]);
});

test('an interface that went away is waited for no longer, though the clock was set back an hour since', () => {
  const { loan, state } = lend();
  state.isThere = false;
  const input = new RingInput(loan, 0);
  const gone = 10 * HOUR;
  input.look(gone);
  expect([input.isGone, input.hasEnded]).toEqual([true, false]);
  input.look(gone - HOUR);
  input.look(gone - HOUR + 5);
  expect(input.hasEnded).toBe(true);
});

/** A source that lends this ring, once at a time; nothing enters it any more. */
function sourceOf(loan: RingLoan, interfaceName: string): RingSource {
  let isLent = false;
  const source = {
    interfaces: [{ name: interfaceName, linkType: LinkType.ethernet, snapLength: 100 }],
    interfaceName,
    lendRing(): RingLoan {
      if (isLent) throw new StackError('BUSY', interfaceName);
      isLent = true;
      return refusing(loan);
    },
    takeRingBack(): void {
      isLent = false;
    },
  };
  return Object.assign(Object.create(RingSource.prototype) as object, source) as unknown as RingSource;
}

test('a merge of which one source is being read lends none, and can be read once that one is free', async () => {
  const sources = ['eth0', 'eth1'].map((name, index) => {
    const { loan, kernel } = lend();
    kernel.fill([frame(index + 1)]);
    return sourceOf(loan, name);
  });
  const [first, second] = sources as [RingSource, RingSource];
  const merged = mergeSources(sources);
  const read = async (): Promise<number[]> => {
    const marks: number[] = [];
    for await (const { bytes } of merged.packets()) marks.push(bytes[0] as number);
    return marks;
  };
  second.lendRing();
  for (const attempt of [1, 2]) {
    await expect(read(), `attempt ${attempt}`).rejects.toMatchObject({ code: 'BUSY', message: 'eth1' });
  }
  first.lendRing(); // throws if it had not come back
  first.takeRingBack();
  second.takeRingBack();
  expect(await read()).toEqual([1, 2]);
});

test('a merge that its reader leaves does not wait for a source that brings nothing', async () => {
  const { loan, kernel } = lend();
  kernel.fill([frame(1)]);
  let hasEnded = false;
  const silent = {
    linkType: LinkType.ethernet,
    snapLength: 100,
    async *batches({ signal }: ReadOptions = {}) {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      hasEnded = true;
    },
  } as unknown as CaptureSource;
  const clock = { ...systemClock, sleep: () => setImmediate() };
  const source = sourceOf({ ...loan, blockTimeout: 10 }, 'eth0');
  for await (const { bytes } of mergeSources([source, silent], { clock }).packets()) {
    expect([bytes[0], hasEnded]).toEqual([1, false]);
    break;
  }
  expect(hasEnded).toBe(true);
});
