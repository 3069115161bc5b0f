/** The replay loop: the frames of a recording onto an interface, each when it is due. @module */
import { StackError } from '../base/errors.ts';
import type { FrameView } from '../base/frame.ts';
import { LinkType, linkTypeName } from '../base/link-type.ts';
import { EtherType } from '../base/protocol-numbers.ts';
import { FRAMES_PER_CALL, FrameQueue, type FrameTransmitter } from '../capture/index.ts';
import type { FileSource } from '../pcap/index.ts';
import { Errno, syscallError } from '../sys/syscall.ts';
import { ETHERNET_HEADER_LENGTH, VLAN_TAG_LENGTH } from '../wire/index.ts';
import { type PacingClock, pacingClock } from './pacing-clock.ts';
import { FrameEditor, type ReplayEdits } from './replay-edits.ts';
import { type ReplayPace, ReplaySchedule } from './replay-schedule.ts';

export interface ReplayOptions {
  /** Default: the gaps of the recording. */
  readonly pace?: ReplayPace;
  /** How often the recording is sent. Default: 1; Infinity until `limit` or `signal`. */
  readonly rounds?: number;
  /** Ends after so many frames. */
  readonly limit?: number;
  /** Only frames of the interface with this number in the file. */
  readonly interfaceNumber?: number;
  /** Frames that were cut when they were recorded are filled up with zeros; without, they are skipped. */
  readonly pad?: boolean;
  readonly edits?: ReplayEdits;
  /** Ends it, in good order. */
  readonly signal?: AbortSignal;
  readonly clock?: PacingClock;
}

/** Frames that are not sent, by the reason. */
export interface SkippedFrames {
  /** Fewer bytes in the file than on the wire. */
  readonly cut: number;
  /** Longer than the interface takes. */
  readonly tooLong: number;
  /** Shorter than a link header. */
  readonly tooShort: number;
  /** Of a link type that the interface does not take, in a file with several. */
  readonly otherLinkType: number;
}

export interface ReplaySummary {
  readonly sent: number;
  /** Of these frames, without what the hardware adds. */
  readonly bytes: number;
  readonly skipped: SkippedFrames;
  /** Frames that the kernel did not take. */
  readonly failed: number;
  /** How often the interface's queue was full and frames had to wait. */
  readonly waits: number;
  /** From the first frame to the last. */
  readonly milliseconds: number;
}

/** Waits longer than this are left to the timer, up to `TIMER_GRAIN` before their end. Milliseconds, like all here. */
const LONG_WAIT = 4;
const TIMER_GRAIN = 2;
/** A timer takes 24 days at most; a file may say that its frames are years apart. */
const LONGEST_SLEEP = 3_600_000;
/** Signals get their turn at least this often. */
const TURN_INTERVAL = 20;
/** When the queue is full: the first wait, which doubles up to the longest, and when a frame is given up. */
const FIRST_RETRY = 0.05;
const LONGEST_RETRY = 10;
const RETRY_LIMIT = 1000;

/**
 * Sends the recording that `open` opens, once a round; each is closed again. Memory is bounded by the file's longest
 * batch, whatever its size.
 * @param open a file can be read once only, so it is opened for every round
 * @throws what reading the file throws, after the frames before the damage were sent
 * @throws StackError `LINK_TYPE` when the interface takes no frames of the file's kind; `INTERFACE_GONE`
 * @throws RangeError when the file has no interface of that number, or a rate that is not positive
 */
export async function replay(
  open: () => Promise<FileSource>,
  transmitter: FrameTransmitter,
  options: ReplayOptions = {},
): Promise<ReplaySummary> {
  const running = new Replay(transmitter, options);
  return running.run(open);
}

/** As `replay`, with the counters to be seen while it runs. */
export class Replay {
  readonly #transmitter: FrameTransmitter;
  readonly #options: ReplayOptions;
  readonly #clock: PacingClock;
  readonly #schedule: ReplaySchedule;
  readonly #editor: FrameEditor | undefined;
  readonly #queue = new FrameQueue();
  readonly #limit: number;
  readonly #skipped = { cut: 0, tooLong: 0, tooShort: 0, otherLinkType: 0 };
  #source: FileSource | undefined;
  #chosen = 0;
  #sent = 0;
  #bytes = 0;
  #failed = 0;
  #waits = 0;
  /** Of `clock.now()`: when the first frame left, and the last one. */
  #started: number | undefined;
  #ended = 0;
  #lastTurn = 0;

  constructor(transmitter: FrameTransmitter, options: ReplayOptions) {
    const { pace = { kind: 'recorded', speed: 1 }, edits, clock = pacingClock, limit } = options;
    const rate = pace.kind === 'recorded' ? pace.speed : pace.kind === 'top' ? 1 : pace.perSecond;
    if (!(rate > 0)) throw new RangeError(`a replay at ${rate} frames, bits or times a second`);
    this.#transmitter = transmitter;
    this.#options = options;
    this.#clock = clock;
    this.#schedule = new ReplaySchedule(pace);
    this.#editor = edits === undefined ? undefined : new FrameEditor(edits, transmitter.linkType);
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
  }

  async run(open: () => Promise<FileSource>): Promise<ReplaySummary> {
    const { rounds = 1 } = this.#options;
    for (let round = 0; round < rounds && !this.#isOver(); round += 1) {
      await using source = await open();
      const chosenBefore = this.#chosen;
      await this.#sendAll(source);
      if (this.#chosen === chosenBefore) break; // a file without a frame to send would be read for ever
      this.#schedule.nextRound();
    }
    return this.summary();
  }

  summary(): ReplaySummary {
    const milliseconds = this.#started === undefined ? 0 : this.#ended - this.#started;
    return {
      sent: this.#sent,
      bytes: this.#bytes,
      skipped: { ...this.#skipped },
      failed: this.#failed,
      waits: this.#waits,
      milliseconds,
    };
  }

  #isOver(): boolean {
    return this.#chosen >= this.#limit || this.#options.signal?.aborted === true;
  }

  async #sendAll(source: FileSource): Promise<void> {
    this.#source = source;
    let isChecked = false;
    for await (const batch of source.batches()) {
      if (!isChecked) isChecked = this.#checkInterfaces(source);
      this.#queue.clear();
      batch.forEach(this.#choose);
      await this.#sendQueue();
      if (this.#isOver()) return;
    }
    const { interfaceNumber: number } = this.#options;
    if (number !== undefined && source.interfaces[number] === undefined) {
      throw new RangeError(`the file has no interface ${number}: it describes ${source.interfaces.length}`);
    }
  }

  /**
   * One interface of the wrong kind is an error; among several, its frames are skipped.
   * @returns false while the interface that was asked for is not described yet
   */
  #checkInterfaces({ interfaces }: FileSource): boolean {
    const { interfaceNumber: number } = this.#options;
    const wanted = number === undefined ? interfaces : interfaces.slice(number, number + 1);
    if (wanted.length === 0) return false;
    if (wanted.some(({ linkType }) => this.#takes(linkType))) return true;
    const { interfaceName, linkType } = this.#transmitter;
    const kinds = [...new Set(wanted.map((each) => linkTypeName(each.linkType)))].join(', ');
    throw new StackError(
      'LINK_TYPE',
      `cannot send the file's frames on ${interfaceName}: they are ${kinds}, and it takes ${linkTypeName(linkType)}`,
    );
  }

  #takes(linkType: LinkType): boolean {
    const own = this.#transmitter.linkType;
    if (linkType === own) return true;
    return own === LinkType.raw && (linkType === LinkType.ipv4 || linkType === LinkType.ipv6);
  }

  /** Copies a frame that is to be sent into the queue, as it will be sent. */
  readonly #choose = (frame: FrameView): void => {
    const { interfaceNumber, pad } = this.#options;
    if (this.#chosen === this.#limit) return;
    if (interfaceNumber !== undefined && frame.interfaceIndex !== interfaceNumber) return;
    const described = this.#source?.interfaces[frame.interfaceIndex];
    if (described === undefined || !this.#takes(described.linkType)) {
      this.#skipped.otherLinkType += 1;
      return;
    }
    const isCut = frame.length < frame.wireLength;
    if (isCut && pad !== true) {
      this.#skipped.cut += 1;
      return;
    }
    const wireLength = Math.max(frame.length, frame.wireLength) - (described.frameCheckLength ?? 0);
    if (wireLength < this.#shortest) this.#skipped.tooShort += 1;
    else if (wireLength > this.#longest + VLAN_TAG_LENGTH) this.#skipped.tooLong += 1;
    else this.#enqueue(frame, wireLength);
  };

  #enqueue(frame: FrameView, wireLength: number): void {
    const queue = this.#queue;
    const at = queue.reserve(wireLength + (this.#editor?.growth ?? 0));
    const captured = Math.min(frame.length, wireLength);
    copy(frame.data, frame.offset, captured, queue.bytes, at);
    if (captured < wireLength) queue.bytes.fill(0, at + captured, at + wireLength);
    const length = this.#editor === undefined ? wireLength : this.#editor.apply(queue.bytes, at, wireLength);
    if (length > this.#longest && !this.#isTaggedWithin(queue.bytes, at, length)) {
      this.#skipped.tooLong += 1;
      return;
    }
    this.#chosen += 1;
    queue.add(length, this.#schedule.next(frame, length));
  }

  get #shortest(): number {
    return this.#transmitter.linkType === LinkType.ethernet ? ETHERNET_HEADER_LENGTH : 1;
  }

  get #longest(): number {
    const { mtu, linkType } = this.#transmitter;
    return mtu + (linkType === LinkType.ethernet ? ETHERNET_HEADER_LENGTH : 0);
  }

  /** The kernel takes four bytes more of a tagged frame (`packet_extra_vlan_len_allowed`). */
  #isTaggedWithin(bytes: Uint8Array, at: number, length: number): boolean {
    if (this.#transmitter.linkType !== LinkType.ethernet || length > this.#longest + VLAN_TAG_LENGTH) return false;
    return ((bytes[at + 12] as number) << 8) + (bytes[at + 13] as number) === EtherType.vlan;
  }

  async #sendQueue(): Promise<void> {
    const queue = this.#queue;
    if (queue.size === 0) return;
    let next = 0;
    if (this.#started === undefined) {
      // The first call is slow, its code being new: all others are reckoned from where it ends.
      next = await this.#send(0, 1);
      this.#started = this.#clock.now();
    }
    while (next < queue.size && this.#options.signal?.aborted !== true) {
      const now = this.#clock.now();
      let end = next;
      while (end < queue.size && end - next < FRAMES_PER_CALL && this.#started + queue.dueOf(end) <= now) end += 1;
      if (end > next) next += await this.#send(next, end - next);
      else await this.#waitUntil(this.#started + queue.dueOf(next));
      if (this.#clock.now() - this.#lastTurn > TURN_INTERVAL) await this.#turn();
    }
    this.#ended = this.#clock.now();
  }

  async #waitUntil(time: number): Promise<void> {
    const left = time - this.#clock.now();
    if (left > LONG_WAIT) {
      await this.#clock.sleep(Math.min(left - TIMER_GRAIN, LONGEST_SLEEP), this.#options.signal);
      this.#lastTurn = this.#clock.now();
    } else {
      this.#clock.waitUntil(time);
    }
  }

  async #turn(): Promise<void> {
    await this.#clock.turn();
    this.#lastTurn = this.#clock.now();
  }

  /** @returns how many frames of the queue are done with: sent, or given up */
  async #send(first: number, count: number): Promise<number> {
    const givenUpAt = this.#clock.now() + RETRY_LIMIT;
    for (let retry = FIRST_RETRY; ; retry = Math.min(retry * 2, LONGEST_RETRY)) {
      const taken = this.#transmitter.send(this.#queue, first, count);
      if (taken > 0) {
        for (let frame = first; frame < first + taken; frame += 1) this.#bytes += this.#queue.lengthOf(frame);
        this.#sent += taken;
        return taken;
      }
      if (!this.#isQueueFull(-taken) || this.#clock.now() > givenUpAt) {
        this.#failed += 1;
        return 1;
      }
      this.#waits += 1;
      await this.#waitUntil(this.#clock.now() + retry);
      await this.#turn();
      if (this.#options.signal?.aborted === true) return 0;
    }
  }

  /** False: the kernel does not take this frame. @throws when it takes none any more */
  #isQueueFull(error: number): boolean {
    if (error === Errno.EAGAIN || error === Errno.ENOBUFS) return true;
    const { interfaceName } = this.#transmitter;
    if (error === Errno.ENXIO || error === Errno.ENODEV) {
      throw new StackError('INTERFACE_GONE', `the interface ${interfaceName} went away while sending`);
    }
    if (error === Errno.EMSGSIZE || error === Errno.EINVAL) return false;
    throw syscallError('sendmmsg', error, `send frames on ${interfaceName}`);
  }
}

/** Up to this length a loop copies faster than `set`, which needs a view of the source (bench/suites/pcap-writer.ts). */
const SHORT_COPY = 64;

function copy(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length > SHORT_COPY) to.set(from.subarray(start, start + length), at);
  else for (let index = 0; index < length; index += 1) to[at + index] = from[start + index] as number;
}
