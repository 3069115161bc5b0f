/** Constants of RFC 4884 structures, for the reader and the encoder. @module */

/** Version of the structure, and bytes of its header and of an object's (RFC 4884, 7 and 7.1). */
export const EXTENSION_VERSION = 2;
export const STRUCTURE_HEADER_LENGTH = 4;
export const OBJECT_HEADER_LENGTH = 4;

/** Role of the interface (RFC 5837, 4.1). */
export type InterfaceRole = 'incoming' | 'incoming-sub-ip' | 'outgoing' | 'next-hop';

/** Indexed by the two highest bits of the C-Type. */
export const INTERFACE_ROLES: readonly InterfaceRole[] = ['incoming', 'incoming-sub-ip', 'outgoing', 'next-hop'];

/** Bits of the C-Type that announce sub-objects (RFC 5837, 4.1). */
export const HAS_INDEX = 0x08;
export const HAS_ADDRESS = 0x04;
export const HAS_NAME = 0x02;
export const HAS_MTU = 0x01;

/** IANA "Address Family Numbers". */
export const ADDRESS_FAMILY_IPV4 = 1;
export const ADDRESS_FAMILY_IPV6 = 2;

/** The sub-object's length byte covers itself and is at most 64 (RFC 5837, 4.4). */
export const MAX_NAME_LENGTH = 63;
