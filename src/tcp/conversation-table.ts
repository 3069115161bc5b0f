/**
 * First sequence numbers of TCP conversations, so that lines show small relative ones. As tcpdump, a conversation begins
 * with the first segment that carries an acknowledgment, and again with every SYN that does. @module
 */

/** Oldest ones are forgotten first: a flood of new conversations costs no memory. */
const MAXIMUM_CONVERSATIONS = 16_384;

interface Origin {
  /** Of the direction that was seen first. */
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly sourcePort: number;
  readonly source: string;
}

/** Numbers as a line shows them; `base` are what SACK blocks count from. */
export interface RelativeNumbers {
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly selectiveBase: number;
}

/** What a segment's place in its conversation depends on. */
export interface SegmentPlace {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly isSyn: boolean;
}

/** Conversations seen so far. */
export class ConversationTable {
  readonly #origins = new Map<string, Origin>();

  /** Numbers of a segment with an acknowledgment, relative to its conversation; the first segment's stay as they are. */
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
    if (this.#origins.size <= MAXIMUM_CONVERSATIONS) return;
    const oldest = this.#origins.keys().next();
    if (oldest.done !== true) this.#origins.delete(oldest.value);
  }
}
