/**
 * First sequence numbers of TCP conversations, from which relative ones are counted. Like in tcpdump, a conversation
 * begins with the first segment that has an acknowledgment, and again with every such SYN. @module
 */

/** Limit of the table; the oldest conversations are removed, so a flood of new ones does not exhaust memory. */
const MAX_CONVERSATIONS = 16_384;

interface Origin {
  /** Of the direction of the first segment. */
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly sourcePort: number;
  readonly source: string;
}

/** Relative numbers of a segment; edges of SACK blocks count from `selectiveBase`. */
export interface RelativeNumbers {
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly selectiveBase: number;
}

/** The fields of a segment that determine its relative numbers. */
export interface SegmentPlace {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly isSyn: boolean;
}

/** The conversations of a capture. */
export class ConversationTable {
  readonly #origins = new Map<string, Origin>();

  /** Relative numbers of a segment that has an acknowledgment; those of the first segment are absolute. */
  place(segment: SegmentPlace): RelativeNumbers {
    const { source, sourcePort, sequence, acknowledgment } = segment;
    const from = `${source} ${sourcePort}`;
    const to = `${segment.destination} ${segment.destinationPort}`;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const known = this.#origins.get(key);
    if (known === undefined || segment.isSyn) {
      this.#remember(key, { sequence, acknowledgment: (acknowledgment - 1) >>> 0, sourcePort, source });
      return { sequence, acknowledgment, selectiveBase: (acknowledgment - 1) >>> 0 };
    }
    const isForward = known.source === source && known.sourcePort === sourcePort;
    const own = isForward ? known.sequence : known.acknowledgment;
    const other = isForward ? known.acknowledgment : known.sequence;
    return { sequence: (sequence - own) >>> 0, acknowledgment: (acknowledgment - other) >>> 0, selectiveBase: other };
  }

  #remember(key: string, origin: Origin): void {
    this.#origins.delete(key);
    this.#origins.set(key, origin);
    if (this.#origins.size <= MAX_CONVERSATIONS) return;
    const oldest = this.#origins.keys().next();
    if (oldest.done !== true) this.#origins.delete(oldest.value);
  }
}
