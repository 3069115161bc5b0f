/** What the printers of single layers share. @module */
import type { Ipv4Layer, Ipv6Layer } from '../../dissect/index.ts';
import type { ConversationTable } from '../../tcp/index.ts';
import type { EndpointNames } from './names.ts';
import type { PacketPrintOptions } from './options.ts';

/** One line under way. */
export interface LineContext {
  readonly options: PacketPrintOptions;
  readonly verbosity: number;
  readonly names: EndpointNames;
  readonly conversations: ConversationTable;
  /** The innermost IP header passed so far. */
  ip: Ipv4Layer | Ipv6Layer | undefined;
}

/** The protocol that the IP header itself announces; extension headers stand between when it is another. */
export function announcedProtocol(ip: Ipv4Layer | Ipv6Layer): number {
  return ip.kind === 'ipv4' ? ip.protocol : ip.nextHeader;
}

/** `0x` and at least `width` digits. */
export function hex(value: number, width = 1): string {
  return `0x${value.toString(16).padStart(width, '0')}`;
}

/** A name, or what a number without one is called. */
export function nameOf(names: Readonly<Record<number, string>>, value: number, otherwise: string): string {
  return names[value] ?? otherwise;
}
