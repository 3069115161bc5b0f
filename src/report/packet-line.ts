/**
 * One line per frame, in tcpdump's words (4.99), from the layers of a dissection. Of applications, DNS and the first line
 * of text protocols are shown; of others a length. Whatever comes from a packet is printed as digits or made visible
 * first (`^[`, `M-x`), so no packet can send a control sequence to a terminal. @module
 */
import type { FrameView, Packet } from '../base/frame.ts';
import { LinkType } from '../base/link-type.ts';
import { type Dissection, dissect, type Layer, type TruncatedLayer } from '../dissect/index.ts';
import { applicationText, badDnsText, dnsText } from './packet-application.ts';
import { hex, type LineContext } from './packet-context.ts';
import { ConversationTable } from './packet-conversation.ts';
import { hexRows, textRows } from './packet-hex.ts';
import { icmp4Text, igmpText } from './packet-icmp.ts';
import { icmp6Text } from './packet-icmp6.ts';
import {
  authenticationText,
  badIpText,
  espText,
  greText,
  ipv4Text,
  ipv6FragmentText,
  ipv6OptionsText,
  ipv6RoutingText,
  ipv6Text,
  overlayText,
  unknownProtocolText,
} from './packet-ip.ts';
import {
  arpText,
  cookedText,
  ethernetText,
  llcText,
  loopbackText,
  mplsText,
  pppoeText,
  unknownText,
  vlanText,
} from './packet-link.ts';
import { EndpointNames } from './packet-names.ts';
import type { PacketPrintOptions } from './packet-options.ts';
import { spanningTreeText } from './packet-spanning-tree.ts';
import { TimePrinter } from './packet-time.ts';
import { badTcpText, portsText, sctpText, tcpText, udpText } from './packet-transport.ts';

/** Prints the frames of one capture, in order: it remembers times and TCP conversations. */
export class PacketPrinter {
  readonly #options: PacketPrintOptions;
  readonly #time: TimePrinter;
  readonly #names: EndpointNames;
  readonly #conversations = new ConversationTable();
  #count = 0;

  constructor(options: PacketPrintOptions = {}) {
    this.#options = options;
    this.#time = new TimePrinter(options);
    this.#names = new EndpointNames(options);
  }

  /** The frame's line, without a line end; more lines with `-v` and with a dump. */
  format(frame: FrameView, linkType: LinkType): string {
    const { verbosity = 0, number = false, dump } = this.#options;
    this.#count += 1;
    const dissection = dissect(frame, linkType, { checksums: verbosity > 0 });
    const head = `${number ? `${String(this.#count).padStart(5)}  ` : ''}${this.#time.format(frame.seconds, frame.nanoseconds)}`;
    const body = dump === undefined ? '' : this.#dump(frame, dissection);
    return `${head}${this.#names.source(frame.interfaceIndex)}${this.describe(dissection, linkType)}${body}`;
  }

  /** What a line says after the time stamp. */
  describe(dissection: Dissection, linkType: LinkType): string {
    const context: LineContext = {
      options: this.#options,
      verbosity: this.#options.verbosity ?? 0,
      names: this.#names,
      conversations: this.#conversations,
      ip: undefined,
    };
    const { layers } = dissection;
    let text = isRawIp(linkType) && this.#options.linkHeader === true ? 'ip: ' : '';
    for (const [index, layer] of layers.entries()) {
      if (layer.kind === 'quote' && !isQuoteShown(layers, index, context)) break;
      if (layer.kind === 'overlay' && context.options.quiet === true) break;
      text += layerText(layer, context, layers, index);
    }
    return text;
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

/** Where the first layer that is no part of the link header begins. */
function linkHeaderEnd(dissection: Dissection, otherwise: number): number {
  let end = otherwise;
  for (const layer of dissection.layers) {
    if (layer.kind !== 'ethernet' && layer.kind !== 'vlan' && layer.kind !== 'cooked' && layer.kind !== 'loopback')
      break;
    end = layer.start + layer.headerLength;
  }
  return end;
}

function layerText(layer: Layer, context: LineContext, layers: readonly Layer[], index: number): string {
  const isLinkShown = context.options.linkHeader === true || isLinkNeeded(layers, index);
  switch (layer.kind) {
    case 'ethernet':
      return isLinkShown ? ethernetText(layer, context) : '';
    case 'vlan':
      return isLinkShown ? vlanText(layer, context) : '';
    case 'cooked':
      return cookedText(layer, context);
    case 'loopback':
      return isLinkShown ? loopbackText(layer, context) : '';
    case 'llc':
      return isHiddenSnap(layers, index, context) ? '' : llcText(layer, layers[index + 1]?.kind !== 'spanning-tree');
    case 'spanning-tree':
      return spanningTreeText(layer, context);
    case 'arp':
      return arpText(layer, context);
    case 'mpls':
      return mplsText(layer, context) + (layer.isBottom ? (context.verbosity > 0 ? '\n\t' : ' ') : '');
    case 'pppoe':
      return pppoeText(layer, context);
    case 'unknown':
      if (layers[index - 1]?.kind === 'gre') return `gre-proto-${hex(layer.number, 4)}`;
      return unknownText(layer, hasLinkHeader(layers, index));
    case 'truncated':
      return truncatedText(layer, context, layers[index - 1]?.kind === 'ports');
    case 'nested':
      return ' [nested too deeply]';
    case 'data':
      return '';
    case 'quote':
      return '\n\t';
    default:
      return networkText(layer, context, layers, index);
  }
}

type NetworkLayer = Exclude<
  Layer,
  {
    readonly kind:
      | 'ethernet'
      | 'vlan'
      | 'cooked'
      | 'loopback'
      | 'llc'
      | 'spanning-tree'
      | 'arp'
      | 'mpls'
      | 'pppoe'
      | 'unknown'
      | 'truncated'
      | 'nested'
      | 'data'
      | 'quote';
  }
>;

function networkText(layer: NetworkLayer, context: LineContext, layers: readonly Layer[], index: number): string {
  switch (layer.kind) {
    case 'ipv4':
      return ipv4Text(layer, context);
    case 'bad-ip':
      return badIpText(layer, context);
    case 'ipv6':
      return ipv6Text(layer, context);
    case 'ipv6-options':
      return ipv6OptionsText(layer, context);
    case 'ipv6-routing':
      return ipv6RoutingText(layer, context);
    case 'ipv6-fragment':
      return ipv6FragmentText(layer, context);
    case 'ah':
      return authenticationText(layer, context);
    case 'esp':
      return espText(layer);
    case 'gre':
      return greText(layer, context);
    case 'overlay':
      return overlayText(layer, context);
    case 'ip-protocol':
      return unknownProtocolText(layer);
    case 'tcp':
      return tcpText(layer, context);
    case 'bad-tcp':
      return badTcpText(layer, context);
    case 'udp':
      return udpText(layer, context, hasWords(layers[index + 1], context));
    case 'sctp':
      return sctpText(layer, context);
    case 'ports':
      return portsText(layer, context);
    case 'icmp4':
      return icmp4Text(layer, context);
    case 'icmp6':
      return icmp6Text(layer, context);
    case 'igmp':
      return igmpText(layer, context);
    case 'text':
      return applicationText(layer, context);
    case 'dns':
      return context.options.quiet === true ? '' : dnsText(layer, context);
    case 'bad-dns':
      return context.options.quiet === true ? '' : badDnsText(layer);
    default:
      return layer satisfies never;
  }
}

/** As tcpdump, the link header is shown where nothing else can be said of a frame. */
function isLinkNeeded(layers: readonly Layer[], index: number): boolean {
  for (let next = index + 1; next < layers.length; next += 1) {
    const kind = layers[next]?.kind;
    if (kind === 'unknown') return true;
    if (kind !== 'vlan' && kind !== 'ethernet') return false;
  }
  return false;
}

/** Where an application is understood, its words take the place of the datagram's length. */
function hasWords(layer: Layer | undefined, context: LineContext): boolean {
  const kind = layer?.kind;
  const isUnderstood =
    kind === 'dns' ||
    kind === 'overlay' ||
    kind === 'bad-dns' ||
    (layer?.kind === 'truncated' && layer.protocol === 'domain');
  return isUnderstood && context.options.quiet !== true;
}

/** With `-v`, and of ICMPv4 only, as tcpdump. */
function isQuoteShown(layers: readonly Layer[], index: number, context: LineContext): boolean {
  return context.verbosity > 0 && layers[index - 1]?.kind === 'icmp4';
}

/** SNAP that only says which EtherType follows (RFC 1042) is not worth a word without `-e`. */
function isHiddenSnap(layers: readonly Layer[], index: number, context: LineContext): boolean {
  const next = layers[index + 1]?.kind;
  return context.options.linkHeader !== true && next !== undefined && next !== 'data' && next !== 'unknown';
}

function hasLinkHeader(layers: readonly Layer[], index: number): boolean {
  const kind = layers[index - 1]?.kind;
  return kind === 'ethernet' || kind === 'vlan' || kind === 'loopback';
}

/** ` [|tcp]`, behind what tcpdump has said by then: "IP" when it saw the version, addresses before ports. */
function truncatedText(layer: TruncatedLayer, context: LineContext, hasEndpoints: boolean): string {
  const { ip, names, options } = context;
  const mark = ` [|${layer.protocol}]`;
  if (layer.protocol === 'ip') return layer.headerLength > 0 && options.linkHeader !== true ? `IP ${mark}` : mark;
  const isTransport = layer.protocol === 'tcp' || layer.protocol === 'udp' || layer.protocol === 'sctp';
  if (!isTransport || hasEndpoints || ip === undefined) return mark;
  return `${names.host(ip.source)} > ${names.host(ip.destination)}: ${mark}`;
}

/**
 * One frame in one line, without a time stamp.
 * @param options what stands in the line; `linkType` is the frame's
 */
export function summarize(
  frame: FrameView | Packet,
  options: PacketPrintOptions & { readonly linkType: LinkType },
): string {
  const printer = new PacketPrinter({ numeric: true, time: 'none', ...options });
  return printer.describe(dissect(asFrame(frame), options.linkType), options.linkType);
}

function asFrame(frame: FrameView | Packet): { data: Uint8Array; offset: number; length: number; wireLength: number } {
  if ('data' in frame) return frame;
  return { data: frame.bytes, offset: 0, length: frame.bytes.length, wireLength: frame.wireLength };
}
