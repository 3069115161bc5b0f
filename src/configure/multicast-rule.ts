/**
 * The packet filter rule that rejects ARP packets whose sender has a multicast link address. Linux learns such neighbours;
 * no sysctl forbids it. FreeBSD's `net.link.ether.inet.allow_multicast=0` does the same as this rule. @module
 */
import {
  ARP_FAMILY,
  connectNetlink,
  decodeRuleCounter,
  deleteTable,
  dumpTableRules,
  executeBatch,
  NetlinkError,
  newBaseChain,
  newDropRule,
  newTable,
} from '../netlink/index.ts';
import { Errno } from '../sys/syscall.ts';
import type { ConfigureHost } from './host.ts';

/** A table of our own: removing it removes everything. */
const MULTICAST_TABLE = 'tapline-multicast';
const CHAIN = 'input';
const NF_ARP_IN = 0;
/** Offset of the sender's hardware address in an ARP packet (RFC 826); the lowest bit of its first octet is the group bit. */
const SENDER_HARDWARE = 8;
const GROUP_BIT = 1;

export interface MulticastRule {
  /** ARP packets that were rejected since the rule was added. */
  readonly rejected: number;
}

/** @returns undefined if multicast senders are accepted. @throws NetlinkError `EPERM` without CAP_NET_ADMIN */
export async function readMulticastRule(host: ConfigureHost): Promise<MulticastRule | undefined> {
  await using netfilter = connectNetlink(host.openNetfilter());
  try {
    const { messages } = await netfilter.dump(dumpTableRules(ARP_FAMILY, MULTICAST_TABLE), {
      wanted: `list the rules of the table ${MULTICAST_TABLE}`,
    });
    const rule = messages.map(decodeRuleCounter).find((one) => one?.table === MULTICAST_TABLE && one.chain === CHAIN);
    return rule === undefined ? undefined : { rejected: Number(rule.packets ?? 0n) };
  } catch (error) {
    if (error instanceof NetlinkError && ABSENT.includes(error.errno)) return undefined;
    throw error;
  }
}

/** No such table; a kernel without nf_tables. */
const ABSENT = [Errno.ENOENT, Errno.EOPNOTSUPP, Errno.EINVAL];

/** Adds or removes the rule; no effect if that is done already. @throws NetlinkError */
export async function writeMulticastRule(host: ConfigureHost, rejects: boolean): Promise<void> {
  if (((await readMulticastRule(host)) !== undefined) === rejects) return;
  const socket = host.openNetfilter();
  try {
    const changes = rejects
      ? [
          newTable(ARP_FAMILY, MULTICAST_TABLE),
          newBaseChain(ARP_FAMILY, MULTICAST_TABLE, CHAIN, NF_ARP_IN),
          newDropRule(ARP_FAMILY, MULTICAST_TABLE, CHAIN, { offset: SENDER_HARDWARE, mask: GROUP_BIT }),
        ]
      : [deleteTable(ARP_FAMILY, MULTICAST_TABLE)];
    executeBatch(socket, changes, `${rejects ? 'add' : 'delete'} the table ${MULTICAST_TABLE}`);
  } finally {
    socket.close();
  }
}

/** The rule in the language of nft(8), on one line. */
export const MULTICAST_RULESET =
  `table arp ${MULTICAST_TABLE} { chain ${CHAIN} { type filter hook input priority 0; policy accept; ` +
  '@nh,64,8 & 1 == 1 counter drop; } }';
