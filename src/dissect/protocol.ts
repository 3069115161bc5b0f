/**
 * How protocols connect. A protocol is bound to numbers of numbering spaces, decodes its own header, and passes its
 * payload on by the number that the header announces. No protocol imports another. @module
 */
import type { AnyLayer, CommonLayer } from './layer.ts';
import { capturedLengthOf, type Region, wireLengthOf } from './region.ts';
import { SPACES, type Space } from './space.ts';

/** More than any real stack of tunnels has; a hostile frame could nest hundreds of headers. */
const MAXIMUM_LAYERS = 48;

/** A protocol: the numbers that announce it, and its decoder. `L` are the layers that it adds. */
export interface Protocol<L extends AnyLayer> {
  readonly numbers: Readonly<Partial<Record<Space, readonly number[]>>>;

  /**
   * Adds the layers of the protocol and passes its payload on. Reads no byte outside `region`, throws nothing.
   * @param binding the number that announced the protocol
   */
  decode(context: DecodeContext<L>, region: Region, binding: Binding): void;
}

/** One number of a protocol. */
export interface Binding {
  readonly space: Space;
  readonly number: number;
  readonly protocol: Protocol<AnyLayer>;
  /** Place of the protocol in the registry. */
  readonly rank: number;
}

/**
 * Finds the protocol of a number: a hash table with linear probing, which takes 0.1 µs a frame less than a `Map` for each
 * space (`npm run bench -- packet-line`).
 */
export class ProtocolTable {
  /** At most half full: the search for a number without a protocol soon meets an empty slot. */
  readonly #slots: (Binding | undefined)[];

  /** @param protocols where two claim a number, the first has it */
  constructor(protocols: readonly Protocol<AnyLayer>[]) {
    const bindings = protocols.flatMap((protocol, rank) => bindingsOf(protocol, rank));
    let size = 2;
    while (size < 2 * bindings.length) size *= 2;
    this.#slots = new Array<Binding | undefined>(size).fill(undefined);
    for (const binding of bindings) this.#slots[this.#slotOf(binding.space, binding.number)] ??= binding;
  }

  find(space: Space, number: number): Binding | undefined {
    return this.#slots[this.#slotOf(space, number)];
  }

  /** The slot of a number: its own, or the empty one where the search for it ends. */
  #slotOf(space: Space, number: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = number & mask; ; at = (at + 1) & mask) {
      const slot = slots[at];
      if (slot === undefined || (slot.number === number && slot.space === space)) return at;
    }
  }
}

function bindingsOf(protocol: Protocol<AnyLayer>, rank: number): Binding[] {
  const spaces = Object.keys(protocol.numbers) as Space[];
  return spaces.flatMap((space) =>
    (protocol.numbers[space] ?? []).map((number) => ({ space, number, protocol, rank })),
  );
}

/** The innermost IP packet around a payload. */
export interface Network {
  readonly version: 4 | 6;
  /** Offset of the source address in the frame. */
  readonly sourceStart: number;
  /** Offset of the last hop's address: in a routing header, or in the fixed header otherwise (RFC 8200, 8.1). */
  readonly finalDestinationStart: number;
  /** A fragment does not contain all that a checksum covers. */
  readonly isFragment: boolean;
}

/**
 * The dissection of one frame: takes layers, and finds decoders for payloads. `L` are the layers that may be added.
 * Nesting is bounded here: beyond the limit, `add` and `decode` do nothing.
 */
export class DecodeContext<L extends AnyLayer = never> {
  readonly bytes: Uint8Array;
  /** Whether layers carry an `expectedChecksum`. */
  readonly checksums: boolean;
  readonly layers: AnyLayer[] = [];
  /** Set by IP decoders. */
  network: Network | undefined = undefined;
  readonly #table: ProtocolTable;
  #decodes = 0;

  constructor(bytes: Uint8Array, table: ProtocolTable, checksums: boolean) {
    this.bytes = bytes;
    this.#table = table;
    this.checksums = checksums;
  }

  /** True once the frame nests too deeply. */
  get isFull(): boolean {
    return this.layers.length > MAXIMUM_LAYERS;
  }

  /** Adds a layer. */
  add(layer: L): void {
    this.#push(layer);
  }

  /** Decodes a payload by the number that announces it. */
  decode(space: Space, number: number, region: Region): void {
    this.#pass(this.#table.find(space, number), space, number, region);
  }

  /** Decodes a payload by either port. When both are bound, the protocol that the registry lists first wins. */
  decodePort(space: 'tcpPort' | 'udpPort', source: number, destination: number, region: Region): void {
    const bySource = this.#table.find(space, source);
    const byDestination = this.#table.find(space, destination);
    const isBySource = byDestination === undefined || (bySource !== undefined && bySource.rank <= byDestination.rank);
    this.#pass(isBySource ? bySource : byDestination, space, destination, region);
  }

  /** Adds the mark of a header that is cut off. */
  truncated(protocol: string, region: Region): void {
    this.#push({ kind: 'truncated', protocol, start: region.start, headerLength: capturedLengthOf(region) });
  }

  /** Adds a region as undecoded data, if it is not empty. */
  data(region: Region): void {
    const length = wireLengthOf(region);
    if (length > 0) {
      this.#push({ kind: 'data', start: region.start, headerLength: capturedLengthOf(region), length });
    }
  }

  #pass(binding: Binding | undefined, space: Space, number: number, region: Region): void {
    if (binding === undefined) {
      this.#addUndecoded(space, number, region);
      return;
    }
    this.#decodes += 1;
    // Bounds decoders that pass their region on without a layer.
    if (this.isFull || this.#decodes > 2 * MAXIMUM_LAYERS) return;
    binding.protocol.decode(this, region, binding);
  }

  #addUndecoded(space: Space, number: number, region: Region): void {
    const { start } = region;
    const length = wireLengthOf(region);
    switch (SPACES[space]) {
      case 'unknown':
        this.#push({ kind: 'unknown', space, number, length, start, headerLength: 0 });
        break;
      case 'ip-protocol':
        this.#push({ kind: 'ip-protocol', start, headerLength: 0, protocol: number, length });
        break;
      default:
        this.data(region);
    }
  }

  #push(layer: L | CommonLayer): void {
    if (this.layers.length < MAXIMUM_LAYERS) this.layers.push(layer);
    else if (this.layers.length === MAXIMUM_LAYERS) {
      this.layers.push({ kind: 'nested', start: layer.start, headerLength: 0 });
    }
  }
}
