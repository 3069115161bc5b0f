/** Speed, duplex and autonegotiation of an interface, read and written through generic netlink. @module */
import {
  decodeLinkModes,
  type GenericFamily,
  getLinkModes,
  type LinkModes,
  type LinkModesChange,
  NetlinkError,
  resolveGenericFamily,
  setLinkModes,
} from '../netlink/index.ts';
import { Errno } from '../sys/syscall.ts';
import type { ConfigureHost } from './host.ts';

/** The media settings that can be restored. */
export interface MediaSettings extends LinkModesChange {
  readonly interfaceIndex: number;
}

/** @returns undefined if the interface has no media settings, or the kernel no ethtool netlink */
export async function readLinkModes(host: ConfigureHost, interfaceIndex: number): Promise<LinkModes | undefined> {
  const family = await resolveGenericFamily(host.generic(), 'ethtool');
  if (family === undefined) return undefined;
  try {
    const request = getLinkModes(family, interfaceIndex);
    for await (const answer of host.generic().request(request, { wanted: 'read media settings' })) {
      const modes = decodeLinkModes(answer);
      if (modes !== undefined) return modes;
    }
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.errno !== Errno.EOPNOTSUPP) throw error;
  }
  return undefined;
}

export async function readMedia(host: ConfigureHost, interfaceIndex: number): Promise<MediaSettings | undefined> {
  const modes = await readLinkModes(host, interfaceIndex);
  if (modes === undefined) return undefined;
  const { autonegotiation, speed, duplex } = modes;
  return { interfaceIndex, autonegotiation, speed, duplex };
}

/** With autonegotiation, speed and duplex are results, not settings. @throws NetlinkError */
export async function writeMedia(host: ConfigureHost, media: MediaSettings): Promise<void> {
  const family: GenericFamily | undefined = await resolveGenericFamily(host.generic(), 'ethtool');
  if (family === undefined) return;
  const { interfaceIndex, autonegotiation, speed, duplex } = media;
  const change = autonegotiation === true ? { autonegotiation } : { autonegotiation, speed, duplex };
  await host.generic().execute(setLinkModes(family, interfaceIndex, change), { wanted: 'set media settings' });
}

/** Whether the settings that `writeMedia` writes are equal. */
export function isSameMedia(one: LinkModesChange, other: LinkModesChange): boolean {
  if (one.autonegotiation !== other.autonegotiation) return false;
  return one.autonegotiation === true || (one.speed === other.speed && one.duplex === other.duplex);
}
