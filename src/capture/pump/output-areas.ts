/**
 * Areas of the output memory that records are gathered in, one after the other, and the lending of what was gathered: a
 * batch is the reader's until the next one is asked for, or, when it is retained, until it is written. @module
 */
import { POISON } from '../../base/frame.ts';
import { DIRECT_BLOCK } from '../../pcap/index.ts';
import type { RecordBatch } from '../live-source.ts';
import type { CaptureMemory } from '../memory.ts';

/** One being filled, and others on their way to a disk that stalls now and then. */
const AREA_COUNT = 4;
/** Room for a lead in front: an area begins on a page, for direct writes. */
const LEAD_ROOM = DIRECT_BLOCK;

const NOTHING = (): void => {};

function areaSize(recordRoom: number): number {
  return Math.ceil((LEAD_ROOM + recordRoom) / DIRECT_BLOCK) * DIRECT_BLOCK;
}

/** Bytes of output memory for areas with room for so many bytes of records each. */
export function outputSizeFor(recordRoom: number): number {
  return AREA_COUNT * areaSize(recordRoom);
}

export class OutputAreas {
  readonly #poison: boolean;
  /** Offsets of areas that nobody keeps. */
  readonly #free: number[] = [];
  /** Takes back what was lent last, unless it was retained. */
  #giveBackLent = NOTHING;
  #onReturn = NOTHING;

  /**
   * @param recordRoom as `outputSizeFor` was told
   * @param poison whether what was gathered in an area is overwritten when it comes back
   */
  constructor(memory: CaptureMemory, recordRoom: number, poison: boolean) {
    this.#poison = poison;
    const size = areaSize(recordRoom);
    for (let area = 0; area < AREA_COUNT; area += 1) this.#free.push(memory.output + area * size);
  }

  /** Every area is kept: wait for `returned`. */
  get isEmpty(): boolean {
    return this.#free.length === 0;
  }

  /** The area that `take` would give. */
  get next(): number | undefined {
    return this.#free[0];
  }

  /** An area that nobody keeps. */
  take(): number | undefined {
    return this.#free.shift();
  }

  /** Resolves once something lent has come back. */
  returned(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReturn = resolve;
    });
  }

  /** Hands over what was gathered in an area that was taken. */
  lendArea(area: number, batch: Omit<RecordBatch, 'retain'>): RecordBatch {
    return this.lend(batch, () => {
      if (this.#poison) batch.bytes.fill(POISON);
      this.#free.push(area);
    });
  }

  /** Hands over a batch. @param giveBack what to do when nobody keeps it any more */
  lend(batch: Omit<RecordBatch, 'retain'>, giveBack: () => void): RecordBatch {
    let isBack = false;
    const takeBack = (): void => {
      if (isBack) return;
      isBack = true;
      giveBack();
      this.#onReturn();
    };
    this.#giveBackLent = takeBack;
    const retain = (): (() => void) => {
      if (this.#giveBackLent === takeBack) this.#giveBackLent = NOTHING;
      return takeBack;
    };
    return { ...batch, retain };
  }

  /** Nobody looks at the last batch any more, unless it was retained. */
  takeBack(): void {
    const giveBack = this.#giveBackLent;
    this.#giveBackLent = NOTHING;
    giveBack();
  }
}
