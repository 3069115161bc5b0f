/**
 * Prints frames in the words of tcpdump (4.99), one line a frame, from the layers of a dissection. For applications, DNS
 * and the lines of text protocols are printed, for others a length. Text from a packet is made visible first (`^[`,
 * `M-x`), so that no packet can send a control sequence to a terminal. @module
 */
import type { FrameView, Packet } from '../../base/frame.ts';
import { LinkType } from '../../base/link-type.ts';
import { type DissectedFrame, type Dissection, dissect } from '../../dissect/index.ts';
import { hexRows, textRows } from './dump.ts';
import type { PacketPrintOptions } from './options.ts';
import { Line } from './printer.ts';
import { PRINTERS } from './registry.ts';
import { TimePrinter } from './time.ts';

/** Prints the frames of one capture in order; it keeps times and TCP conversations. */
export class PacketPrinter {
  readonly #options: PacketPrintOptions;
  readonly #time: TimePrinter;
  readonly #line: Line;
  #count = 0;

  constructor(options: PacketPrintOptions = {}) {
    this.#options = options;
    this.#line = new Line(PRINTERS, options);
    this.#time = new TimePrinter(options);
  }

  /**
   * Returns the line of a frame, without a line end; several lines with `-v` and with a dump.
   * @param note printable text to add before the dump
   */
  format(frame: FrameView, linkType: LinkType, note = ''): string {
    const { verbosity = 0, number = false, lengths = false, dump } = this.#options;
    this.#count += 1;
    const dissection = dissect(frame, linkType, { checksums: verbosity > 0 });
    const count = number ? `${String(this.#count).padStart(5)}  ` : '';
    const sizes = lengths ? `caplen ${frame.length}, len ${frame.wireLength}, ` : '';
    const time = this.#time.format(frame.seconds, frame.nanoseconds);
    const body = dump === undefined ? '' : this.#dump(frame, dissection);
    return `${count}${sizes}${time}${this.#line.names.source(frame.interfaceIndex)}${this.describe(dissection, linkType)}${note}${body}`;
  }

  /** The line without the time stamp. */
  describe({ layers }: Dissection, linkType: LinkType): string {
    const head = isRawIp(linkType) && this.#options.linkHeader === true ? 'ip: ' : '';
    return head + this.#line.print(layers);
  }

  #dump(frame: FrameView, dissection: Dissection): string {
    const { form = 'hex', withLinkHeader = false } = this.#options.dump ?? {};
    const end = frame.offset + frame.length;
    const start = withLinkHeader ? frame.offset : linkHeaderEnd(dissection, frame.offset);
    return form === 'text' ? textRows(frame.data, start, end) : hexRows(frame.data, start, end, form === 'hexAndText');
  }
}

function isRawIp(linkType: LinkType): boolean {
  return linkType === LinkType.raw || linkType === LinkType.ipv4 || linkType === LinkType.ipv6;
}

/** The offset of the first layer after the link header. */
function linkHeaderEnd({ layers }: Dissection, otherwise: number): number {
  let end = otherwise;
  for (const layer of layers) {
    if (PRINTERS[layer.kind].isLinkHeader !== true) break;
    end = layer.start + layer.headerLength;
  }
  return end;
}

/**
 * Prints one frame in one line, without a time stamp.
 * @param options contents of the line, and the link type of the frame
 */
export function summarize(
  frame: FrameView | Packet,
  options: PacketPrintOptions & { readonly linkType: LinkType },
): string {
  const printer = new PacketPrinter({ numeric: true, time: 'none', ...options });
  return printer.describe(dissect(asFrame(frame), options.linkType), options.linkType);
}

function asFrame(frame: FrameView | Packet): DissectedFrame {
  if ('data' in frame) return frame;
  return { data: frame.bytes, offset: 0, length: frame.bytes.length, wireLength: frame.wireLength };
}
