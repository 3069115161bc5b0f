/**
 * Areas of output memory that records are gathered in, one after the other. A batch is lent until the next one is
 * requested or, if it is retained, until it was written. @module
 */
import { POISON } from '../../base/frame.ts';
import { DIRECT_BLOCK } from '../../pcap/index.ts';
import type { RecordBatch } from '../live-source.ts';
import { CaptureMemory } from '../memory.ts';

/** One being filled, others on their way to a disk that stalls now and then. */
const AREA_COUNT = 4;
/** Room for a lead: an area begins on a page, for direct writes. */
const LEAD_ROOM = DIRECT_BLOCK;

const NOTHING = (): void => {};

function areaSize(recordRoom: number): number {
  return Math.ceil((LEAD_ROOM + recordRoom) / DIRECT_BLOCK) * DIRECT_BLOCK;
}

/** Returns the output memory for areas with `recordRoom` bytes of records each. */
export function outputSizeFor(recordRoom: number): number {
  return AREA_COUNT * areaSize(recordRoom);
}

export class OutputAreas {
  /** The memory that holds the areas. */
  readonly bytes: Uint8Array;
  readonly #poison: boolean;
  /** Offsets of areas that are not in use; the first is the one being filled. */
  readonly #free: number[] = [];
  /** Takes back the batch lent last, unless it was retained. */
  #giveBackLent = NOTHING;
  #onReturn = NOTHING;

  /**
   * @param recordRoom bytes of records per area
   * @param poison whether to overwrite the records of an area that was returned
   * @param memory with an output area of `outputSizeFor(recordRoom)` bytes; default: memory of its own
   * @throws StackError `MEMORY`
   */
  constructor(
    recordRoom: number,
    poison: boolean,
    memory = new CaptureMemory({ ringSize: 0, outputSize: outputSizeFor(recordRoom) }),
  ) {
    this.bytes = memory.bytes;
    this.#poison = poison;
    const size = areaSize(recordRoom);
    for (let area = 0; area < AREA_COUNT; area += 1) this.#free.push(memory.output + area * size);
  }

  /** All areas are in use. */
  get isEmpty(): boolean {
    return this.#free.length === 0;
  }

  /** All areas but the one being filled are in use. */
  get isLast(): boolean {
    return this.#free.length === 1;
  }

  /** Resolves when something lent was returned. */
  returned(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReturn = resolve;
    });
  }

  /**
   * Begins to fill a free area, of which there must be one; or starts over with the current one.
   * @returns the offset after the lead, for the records
   */
  begin(lead: Uint8Array): number {
    const area = this.#free[0] as number;
    this.bytes.set(lead, area);
    return area + lead.length;
  }

  /** Lends the current area up to the offset `end`. */
  finish(end: number, counts: Pick<RecordBatch, 'frames' | 'frameBytes'>): RecordBatch {
    const area = this.#free.shift() as number;
    const bytes = this.bytes.subarray(area, end);
    return this.lend({ bytes, inPlace: false, ...counts }, () => {
      if (this.#poison) bytes.fill(POISON);
      this.#free.splice(1, 0, area); // the next but one: a slow capture touches the pages of two areas
    });
  }

  /** Lends a batch. @param giveBack called when its last user has returned it */
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

  /** Takes back the last batch, unless it was retained. */
  takeBack(): void {
    const giveBack = this.#giveBackLent;
    this.#giveBackLent = NOTHING;
    giveBack();
  }
}
