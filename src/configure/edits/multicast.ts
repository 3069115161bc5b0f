/** Accepting or rejecting ARP packets whose sender has a multicast link address. @module */
import type { MulticastEdit, Plan } from '../edit.ts';
import type { ConfigureHost } from '../host.ts';
import { readMulticastRule, writeMulticastRule } from '../multicast-rule.ts';

export async function planMulticast(host: ConfigureHost, edit: MulticastEdit): Promise<Plan> {
  const rejects = edit.policy === 'reject';
  const rejected = (await readMulticastRule(host)) !== undefined;
  const word = (is: boolean): string => (is ? 'reject' : 'accept');
  return {
    edit,
    title: `${edit.policy} ARP replies with a multicast address`,
    link: undefined,
    changes:
      rejected === rejects
        ? []
        : [{ what: 'ARP replies with a multicast address', from: word(rejected), to: word(rejects) }],
    risks: rejects
      ? [
          'clusters that share a multicast link address (network load balancing) become unreachable, unless a static neighbour names them',
        ]
      : ['any host of the link can claim an address with a multicast link address'],
    scope: { interfaces: [], settings: [], media: undefined, multicastRule: true },
    created: [],
    apply: (target) => writeMulticastRule(target, rejects),
    async verify(target) {
      const now = (await readMulticastRule(target)) !== undefined;
      return now === rejects ? [] : [`ARP replies with a multicast address are ${now ? 'rejected' : 'accepted'}`];
    },
  };
}
