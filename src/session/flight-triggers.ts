/** Which of a flight recorder's expressions a frame matches. @module */
import { readU32le, writeU32le } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import { BatchEntry, compileFilter, createEngine, type FilterEngine, type NameResolver } from '../bpf/index.ts';
import { PcapRecordHeader } from '../pcap/index.ts';
import { HISTORY_TABLE_LENGTH, HistoryFrame, type RecordHistory } from './record-history.ts';

export interface TriggerSettings {
  readonly linkType: LinkType;
  readonly resolver?: NameResolver;
  /** Where the frames lie. */
  readonly history: RecordHistory;
}

const TABLE_ENTRIES = HISTORY_TABLE_LENGTH / BatchEntry.size;

/**
 * Frames are judged as those of a file are: whole, with their VLAN tags in place. Most of the time nothing matches: whole
 * batches are asked about at once, by the compiled filters' batch entry, less than half of what a call per frame takes
 * (bench/suites/flight-recorder.ts).
 */
export class FlightTriggers {
  readonly #expressions: readonly string[];
  readonly #engines: readonly FilterEngine[];
  readonly #isCompiled: boolean;
  readonly #bytes: Uint8Array;
  readonly #frame: HistoryFrame;

  /** @throws FilterError for an expression that is no filter for this link type */
  constructor(expressions: readonly string[], settings: TriggerSettings) {
    const { linkType, resolver, history } = settings;
    const options = { linkType, ...(resolver === undefined ? {} : { resolver }) };
    const { memory } = history;
    this.#expressions = expressions;
    this.#engines = expressions.map((expression) =>
      createEngine(compileFilter(expression, options).instructions, memory === undefined ? {} : { memory }),
    );
    this.#isCompiled = this.#engines.every(({ kind }) => kind === 'wasm');
    this.#bytes = history.bytes;
    this.#frame = new HistoryFrame(history);
  }

  /** Whether any frame of the records from `start` to `end` of the history matches. */
  anyIn(start: number, end: number): boolean {
    let at = start;
    if (!this.#isCompiled) {
      while (at < end) {
        at = this.#frame.wrap(at);
        if (this.matches(this.#frame)) return true;
      }
      return false;
    }
    while (at < end) {
      let entries = 0;
      for (; at < end && entries < TABLE_ENTRIES; entries += 1) at = this.#list(entries, at);
      for (const { wasm } of this.#engines) if (wasm !== undefined && wasm.matchBatch(0, entries, 0) !== 0) return true;
    }
    return false;
  }

  matches({ data, offset, length, wireLength }: FrameView): boolean {
    for (const engine of this.#engines) if (engine.run(data, offset, length, wireLength) !== 0) return true;
    return false;
  }

  /** The expressions that a frame matches. */
  describe({ data, offset, length, wireLength }: FrameView): string {
    const isMatch = (_: string, index: number): boolean =>
      this.#engines[index]?.run(data, offset, length, wireLength) !== 0;
    return this.#expressions.filter(isMatch).join(', ');
  }

  /** Enters the record at `at` into the table, which begins at 0. @returns where the next record begins */
  #list(index: number, at: number): number {
    const bytes = this.#bytes;
    const entry = index * BatchEntry.size;
    const captured = readU32le(bytes, at + PcapRecordHeader.capturedLength);
    writeU32le(bytes, entry + BatchEntry.frame, at + PcapRecordHeader.length);
    writeU32le(bytes, entry + BatchEntry.captured, captured);
    writeU32le(bytes, entry + BatchEntry.wire, readU32le(bytes, at + PcapRecordHeader.wireLength));
    return at + PcapRecordHeader.length + captured;
  }
}
