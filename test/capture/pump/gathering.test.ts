/** Batches of records that are lent, retained, released and closed in any order, over a simulated ring. @module */
import { expect, test } from 'vitest';
import type { RecordBatch } from '../../../src/capture/live-source.ts';
import { CaptureMemory } from '../../../src/capture/memory.ts';
import { outputSizeFor } from '../../../src/capture/pump/output-areas.ts';
import { createPump } from '../../../src/capture/pump/pump.ts';
import { RecordGatherer, recordRoomFor } from '../../../src/capture/pump/record-gatherer.ts';
import { createRecorder } from '../../../src/capture/pump/recorder.ts';
import { BlockBatch } from '../../../src/capture/ring/block-batch.ts';
import { BlockRing } from '../../../src/capture/ring/ring.ts';
import { BlockType } from '../../../src/pcap/format.ts';
import { RandomSource } from '../../support/random-source.ts';
import { RingKernel, ringFrame } from '../../support/ring-kernel.ts';

const GEOMETRY = { blockSize: 1 << 14, blockCount: 8, blockTimeout: 10 };
const AREAS = 4;
/** Long enough that a block of such frames is written in place. */
const LONG_FRAME = 1500;
const LONG_FRAMES = 9;
const EPB_DATA = 28;

/** Returns the marks of the frames in records, in order. */
function marksOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const marks: number[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) === BlockType.enhancedPacket) marks.push(view.getUint32(at + EPB_DATA));
  }
  return marks;
}

interface Kept {
  readonly batch: RecordBatch;
  readonly before: Uint8Array;
  readonly giveBack: () => void;
}

/** The parts of a source, with a reader that retains batches and closes the source. */
class Play {
  readonly #random: RandomSource;
  readonly #ring: BlockRing;
  readonly #gatherer: RecordGatherer;
  readonly #kernel: RingKernel;
  readonly #kept: Kept[] = [];
  readonly #given: (() => void)[] = [];
  readonly #waits: Promise<void>[] = [];
  #lastBatch: RecordBatch | undefined;
  #sent = 0;
  /** True while the reader waits for an area. */
  #isWaiting = false;
  #isClosed = false;
  readonly seen: number[] = [];
  inPlace = 0;
  starved = 0;

  constructor(random: RandomSource) {
    this.#random = random;
    const ringSize = GEOMETRY.blockSize * GEOMETRY.blockCount;
    const outputSize = outputSizeFor(recordRoomFor(GEOMETRY.blockSize));
    const memory = new CaptureMemory({ ringSize, outputSize });
    const walk = {
      cooked: false,
      skipsLoopbackOutgoing: false,
      snapLength: 262_144,
      instructions: undefined,
      format: { container: 'pcapng', inPlace: true },
    } as const;
    this.#ring = new BlockRing(memory, GEOMETRY, true);
    this.#kernel = new RingKernel(memory, GEOMETRY);
    const gathering = createRecorder(memory, new BlockBatch(memory, { ...walk, createFilter: undefined }), walk, true);
    const placing = createPump(memory, { ...walk, placeInBlocksOf: GEOMETRY.blockSize });
    this.#gatherer = new RecordGatherer(memory, this.#ring, { gathering, placing }, {});
  }

  get sent(): number {
    return this.#sent;
  }

  /** Fills a block, as the kernel, with few short or many long frames. */
  fill(isLong = this.#random.oneIn(2)): void {
    if (!this.#kernel.mayFill) return;
    const frames = Array.from({ length: isLong ? LONG_FRAMES : 1 + this.#random.below(5) }, () => {
      const bytes = new Uint8Array(isLong ? LONG_FRAME : 60).fill(this.#sent);
      new DataView(bytes.buffer).setUint32(0, this.#sent);
      this.#sent += 1;
      return ringFrame(bytes, this.#sent);
    });
    this.#kernel.fill(frames);
  }

  /** Reads the next batch, and may retain it in time or too late. */
  read(mayRetain = this.#random.oneIn(2)): void {
    if (this.#isClosed || this.#isWaiting) return;
    const batch = this.#gatherer.gather();
    if (this.#lastBatch !== undefined && this.#random.oneIn(4)) this.#given.push(this.#lastBatch.retain());
    this.#lastBatch = undefined;
    if (batch === undefined) {
      if (!this.#gatherer.areas.isEmpty) return;
      this.starved += 1;
      this.#isWaiting = true;
      const returned = this.#gatherer.areas.returned().then(() => {
        this.#isWaiting = false;
      });
      this.#waits.push(returned);
      return;
    }
    this.seen.push(...marksOf(batch.bytes));
    if (batch.inPlace) this.inPlace += 1;
    if (mayRetain) this.#kept.push({ batch, before: batch.bytes.slice(), giveBack: batch.retain() });
    else this.#lastBatch = batch;
  }

  /** Releases one retained batch; may release it again later. */
  giveBack(): void {
    const [kept] = this.#kept.splice(this.#random.below(this.#kept.length), 1);
    if (kept === undefined) return;
    expect(Buffer.compare(kept.batch.bytes, kept.before)).toBe(0);
    kept.giveBack();
    this.#given.push(kept.giveBack);
  }

  giveBackAgain(): void {
    if (this.#given.length > 0) this.#random.pick(this.#given)();
  }

  /** Closes, as a source does: ends the loan, and waits for retained batches. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#gatherer.areas.takeBack();
    expect(this.#ring.isLent).toBe(this.#isAnyBlockKept);
    const closing = this.#ring.allReturned().then(() => expect(this.#isAnyBlockKept).toBe(false));
    this.#waits.push(closing);
  }

  get #isAnyBlockKept(): boolean {
    return this.#kept.some(({ batch }) => batch.inPlace);
  }

  /** Releases everything. Then no reader waits, and every block and every area is free exactly once. */
  async end(): Promise<void> {
    const wasClosed = this.#isClosed;
    while (this.#kept.length > 0) this.giveBack();
    await Promise.all(this.#waits);
    this.#gatherer.areas.takeBack();
    expect(this.#ring.isLent).toBe(false);
    if (wasClosed) return;
    for (let block = 0; block < GEOMETRY.blockCount; block += 1) this.read(false);
    this.#gatherer.areas.takeBack();
    expect(this.seen).toEqual(Array.from({ length: this.sent }, (_, mark) => mark));
    for (let area = 0; area <= AREAS; area += 1) {
      expect(this.#kernel.mayFill).toBe(true);
      this.fill(false);
      this.read(true);
    }
    expect(this.#kept.map(({ batch }) => batch.inPlace)).toEqual(Array(AREAS).fill(false));
    expect(new Set(this.#kept.map(({ batch }) => batch.bytes.byteOffset)).size).toBe(AREAS);
    while (this.#kept.length > 0) this.giveBack();
    await Promise.all(this.#waits);
  }
}

test('no reader hangs, no retained batch changes, and nothing is released twice', async () => {
  let inPlace = 0;
  let starved = 0;
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = new RandomSource(seed);
    const play = new Play(random);
    const steps = 20 + random.below(150);
    for (let step = 0; step < steps; step += 1) {
      const choice = random.below(100);
      if (choice < 40) play.fill();
      else if (choice < 75) play.read();
      else if (choice < 90) play.giveBack();
      else if (choice < 99) play.giveBackAgain();
      else play.close();
      await Promise.resolve();
    }
    if (random.oneIn(2)) play.close();
    await play.end();
    inPlace += play.inPlace;
    starved += play.starved;
  }
  expect(inPlace).toBeGreaterThan(100);
  expect(starved).toBeGreaterThan(10);
});
