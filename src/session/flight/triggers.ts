/** Matches frames against the triggers of a flight recorder. @module */
import { readU32le, writeU32le } from '../../base/bytes.ts';
import { defined } from '../../base/defined.ts';
import type { LinkType } from '../../base/link-type.ts';
import {
  BatchEntry,
  compileFilter,
  createEngine,
  type FilterEngine,
  type FilterError,
  type NameResolver,
} from '../../bpf/index.ts';
import { type CaptureInterface, EnhancedPacket } from '../../pcap/index.ts';
import { HISTORY_TABLE_LENGTH, type RecordHistory } from './record-history.ts';

export interface TriggerSettings {
  /** Blocks refer to them by index. */
  readonly interfaces: readonly CaptureInterface[];
  readonly resolver?: NameResolver;
  /** Holds the blocks. */
  readonly history: RecordHistory;
}

const TABLE_ENTRIES = HISTORY_TABLE_LENGTH / BatchEntry.size;

/**
 * Filters run as on a file: on whole frames with their VLAN tags, compiled for the link type of each interface. Usually
 * nothing matches: compiled filters check whole batches by their batch entry, at less than half the cost of a call per
 * frame (bench/suites/flight-recorder.ts).
 */
export class FlightTriggers {
  readonly #expressions: readonly string[];
  /** By link type, in the order of the expressions. */
  readonly #engines = new Map<LinkType, readonly FilterEngine[]>();
  /** By interface number. */
  readonly #enginesOf: readonly (readonly FilterEngine[])[];
  readonly #isCompiled: boolean;
  readonly #bytes: Uint8Array;
  /** Expressions that no frame can match, for each link type. */
  readonly warnings: FilterError[] = [];

  /** @throws FilterError if an expression is not a valid filter for one of the link types */
  constructor(expressions: readonly string[], { interfaces, resolver, history }: TriggerSettings) {
    const { memory, bytes } = history;
    const enginesFor = (linkType: LinkType): readonly FilterEngine[] => {
      const options = { linkType, ...defined({ resolver }) };
      return expressions.map((expression) => {
        const { instructions, warnings } = compileFilter(expression, options);
        this.warnings.push(...warnings);
        return createEngine(instructions, defined({ memory }));
      });
    };
    this.#expressions = expressions;
    this.#enginesOf = interfaces.map(({ linkType }) => {
      const engines = this.#engines.get(linkType) ?? enginesFor(linkType);
      this.#engines.set(linkType, engines);
      return engines;
    });
    this.#isCompiled = [...this.#engines.values()].flat().every(({ kind }) => kind === 'wasm');
    this.#bytes = bytes;
  }

  /** Returns whether any frame in the blocks from `start` to `end` of the history matches. */
  anyIn(start: number, end: number): boolean {
    if (this.#isCompiled) return [...this.#engines.values()].some((engines) => this.#anyOf(engines, start, end));
    for (let at = start; at < end; at = this.#next(at)) if (this.matches(at)) return true;
    return false;
  }

  /** Returns whether the frame in the block at `at` of the history matches. */
  matches(at: number): boolean {
    for (const engine of this.#enginesAt(at)) if (this.#run(engine, at)) return true;
    return false;
  }

  /** Returns the expressions that the frame in a block matches. */
  describe(at: number): string {
    const engines = this.#enginesAt(at);
    return this.#expressions.filter((_, index) => this.#run(engines[index] as FilterEngine, at)).join(', ');
  }

  /** Runs these engines on the frames of their link type. */
  #anyOf(engines: readonly FilterEngine[], start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      let entries = 0;
      for (; at < end && entries < TABLE_ENTRIES; at = this.#next(at)) {
        if (this.#engines.size === 1 || this.#enginesAt(at) === engines) this.#list(entries++, at);
      }
      for (const { wasm } of engines) if (wasm !== undefined && wasm.matchBatch(0, entries, 0) !== 0) return true;
    }
    return false;
  }

  #enginesAt(at: number): readonly FilterEngine[] {
    return this.#enginesOf[readU32le(this.#bytes, at + EnhancedPacket.interface)] ?? [];
  }

  #run(engine: FilterEngine, at: number): boolean {
    const bytes = this.#bytes;
    const captured = readU32le(bytes, at + EnhancedPacket.capturedLength);
    return (
      engine.run(bytes, at + EnhancedPacket.data, captured, readU32le(bytes, at + EnhancedPacket.wireLength)) !== 0
    );
  }

  #next(at: number): number {
    return at + readU32le(this.#bytes, at + EnhancedPacket.length);
  }

  /** Adds the frame in the block at `at` to the table, which begins at offset 0. */
  #list(index: number, at: number): void {
    const bytes = this.#bytes;
    const entry = index * BatchEntry.size;
    writeU32le(bytes, entry + BatchEntry.frame, at + EnhancedPacket.data);
    writeU32le(bytes, entry + BatchEntry.captured, readU32le(bytes, at + EnhancedPacket.capturedLength));
    writeU32le(bytes, entry + BatchEntry.wire, readU32le(bytes, at + EnhancedPacket.wireLength));
  }
}
