/** Selects and edits the frames of a recording to send, and counts the others by reason. @module */
import { copyBytes } from '../../base/bytes.ts';
import { StackError } from '../../base/errors.ts';
import type { FrameView } from '../../base/frame.ts';
import { LinkType, linkTypeName } from '../../base/link-type.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import type { FrameQueue, FrameTransmitter } from '../../capture/index.ts';
import type { FileSource } from '../../pcap/index.ts';
import { ETHERNET_HEADER_LENGTH, VLAN_TAG_LENGTH } from '../../wire/ethernet.ts';
import { FrameEditor } from './edits.ts';
import type { ReplayOptions } from './options.ts';
import { ReplaySchedule } from './schedule.ts';

export class ReplaySelection {
  readonly skipped = { cut: 0, tooLong: 0, tooShort: 0, otherLinkType: 0 };
  readonly #queue: FrameQueue;
  readonly #transmitter: Pick<FrameTransmitter, 'interfaceName' | 'linkType' | 'mtu'>;
  readonly #interfaceNumber: number | undefined;
  readonly #pad: boolean;
  readonly #limit: number;
  readonly #editor: FrameEditor | undefined;
  readonly #schedule: ReplaySchedule;
  #source: FileSource | undefined;
  /** The source has described an interface whose frames can be sent. */
  #isChecked = false;
  #chosen = 0;

  /** @param queue receives the edited frames with their due times */
  constructor(queue: FrameQueue, transmitter: FrameTransmitter, options: ReplayOptions) {
    const { pace, edits, limit, interfaceNumber, pad = false } = options;
    this.#queue = queue;
    this.#transmitter = transmitter;
    this.#interfaceNumber = interfaceNumber;
    this.#pad = pad;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
    this.#editor = edits === undefined ? undefined : new FrameEditor(edits, transmitter.linkType);
    this.#schedule = new ReplaySchedule(pace);
  }

  /** Frames selected so far. */
  get chosen(): number {
    return this.#chosen;
  }

  /** The limit is reached. */
  get isComplete(): boolean {
    return this.#chosen >= this.#limit;
  }

  /** Selects frames of this source from now on. */
  begin(source: FileSource): void {
    this.#source = source;
    this.#isChecked = false;
  }

  /** Ends the source. @throws RangeError if it has not described the requested interface */
  end(): void {
    const number = this.#interfaceNumber;
    const { interfaces = [] } = this.#source ?? {};
    if (number === undefined || interfaces[number] !== undefined) return;
    throw new RangeError(`the file has no interface ${number}; it describes ${interfaces.length}`);
  }

  /** Starts the recording again. */
  nextRound(): void {
    this.#schedule.nextRound();
  }

  /**
   * Checks once that frames can be sent, as soon as the requested interface is described. A file with one interface of
   * the wrong link type is refused; in a file with several, its frames are skipped.
   * @throws StackError `LINK_TYPE`
   */
  checkInterfaces(): void {
    const number = this.#interfaceNumber;
    const { interfaces = [] } = this.#source ?? {};
    const wanted = number === undefined ? interfaces : interfaces.slice(number, number + 1);
    if (this.#isChecked || wanted.length === 0) return;
    this.#isChecked = wanted.some(({ linkType }) => this.#takes(linkType));
    if (this.#isChecked) return;
    const { interfaceName, linkType } = this.#transmitter;
    const kinds = [...new Set(wanted.map((each) => linkTypeName(each.linkType)))].join(', ');
    throw new StackError(
      'LINK_TYPE',
      `cannot send ${kinds} frames on ${interfaceName}: it accepts ${linkTypeName(linkType)}`,
    );
  }

  /** Copies a frame to send into the queue, and edits it. */
  readonly choose = (frame: FrameView): void => {
    const interfaceNumber = this.#interfaceNumber;
    if (this.isComplete) return;
    if (interfaceNumber !== undefined && frame.interfaceIndex !== interfaceNumber) return;
    const described = this.#source?.interfaces[frame.interfaceIndex];
    if (described === undefined || !this.#takes(described.linkType)) {
      this.skipped.otherLinkType += 1;
      return;
    }
    const isCut = frame.length < frame.wireLength;
    if (isCut && !this.#pad) {
      this.skipped.cut += 1;
      return;
    }
    const wireLength = Math.max(frame.length, frame.wireLength) - (described.frameCheckLength ?? 0);
    if (wireLength < this.#shortest) this.skipped.tooShort += 1;
    else if (wireLength > this.#longest + VLAN_TAG_LENGTH) this.skipped.tooLong += 1;
    else this.#enqueue(frame, wireLength);
  };

  #takes(linkType: LinkType): boolean {
    const own = this.#transmitter.linkType;
    if (linkType === own) return true;
    return own === LinkType.raw && (linkType === LinkType.ipv4 || linkType === LinkType.ipv6);
  }

  #enqueue(frame: FrameView, wireLength: number): void {
    const queue = this.#queue;
    const at = queue.reserve(wireLength + (this.#editor?.growth ?? 0));
    const captured = Math.min(frame.length, wireLength);
    copyBytes(frame.data, frame.offset, captured, queue.bytes, at);
    if (captured < wireLength) queue.bytes.fill(0, at + captured, at + wireLength);
    const length = this.#editor === undefined ? wireLength : this.#editor.apply(queue.bytes, at, wireLength);
    if (length > this.#longest && !this.#isTaggedWithin(queue.bytes, at, length)) {
      this.skipped.tooLong += 1;
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

  /** The kernel accepts four more bytes of a tagged frame (`packet_extra_vlan_len_allowed`). */
  #isTaggedWithin(bytes: Uint8Array, at: number, length: number): boolean {
    if (this.#transmitter.linkType !== LinkType.ethernet || length > this.#longest + VLAN_TAG_LENGTH) return false;
    return ((bytes[at + 12] as number) << 8) + (bytes[at + 13] as number) === EtherType.vlan;
  }
}
