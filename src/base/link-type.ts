/** Link-layer header types of capture files (IANA "PCAP LINKTYPE" registry). @module */

/** Link types with a name. */
export const LinkType = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

/** A number of the registry. Numbers that `LinkType` does not name are preserved but not decoded. */
export type LinkType = number;

interface LinkTypeName {
  readonly linkType: LinkType;
  /** Name as in tcpdump's `-y` and `-L`. */
  readonly name: string;
  readonly description: string;
}

const NAMES: readonly LinkTypeName[] = [
  { linkType: LinkType.null, name: 'NULL', description: 'BSD loopback' },
  { linkType: LinkType.ethernet, name: 'EN10MB', description: 'Ethernet' },
  { linkType: LinkType.raw, name: 'RAW', description: 'Raw IP' },
  { linkType: LinkType.loop, name: 'LOOP', description: 'OpenBSD loopback' },
  { linkType: LinkType.linuxSll, name: 'LINUX_SLL', description: 'Linux cooked v1' },
  { linkType: LinkType.ipv4, name: 'IPV4', description: 'Raw IPv4' },
  { linkType: LinkType.ipv6, name: 'IPV6', description: 'Raw IPv6' },
  { linkType: LinkType.linuxSll2, name: 'LINUX_SLL2', description: 'Linux cooked v2' },
];

/** Returns `EN10MB` for 1, `LINKTYPE_147` for a number without a name. */
export function linkTypeName(linkType: LinkType): string {
  return NAMES.find((entry) => entry.linkType === linkType)?.name ?? `LINKTYPE_${linkType}`;
}

/** Returns `EN10MB (Ethernet)` for 1; the name twice if there is no description. */
export function describeLinkType(linkType: LinkType): string {
  const name = linkTypeName(linkType);
  return `${name} (${NAMES.find((entry) => entry.linkType === linkType)?.description ?? name})`;
}

/** Parses `EN10MB`, `en10mb`, `DLT_EN10MB` or `1`; undefined for other text. */
export function parseLinkType(text: string): LinkType | undefined {
  const wanted = text.toUpperCase().replace(/^(DLT_|LINKTYPE_)/, '');
  const named = NAMES.find((entry) => entry.name === wanted);
  if (named !== undefined) return named.linkType;
  return /^\d{1,5}$/.test(wanted) && Number(wanted) <= 0xffff ? Number(wanted) : undefined;
}

/** All names, for help texts and error messages. */
export const LINK_TYPE_NAMES: readonly string[] = NAMES.map((entry) => entry.name);
