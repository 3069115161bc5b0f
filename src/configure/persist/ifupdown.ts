/** Stanzas of ifupdown (interfaces(5)): further stanzas of an interface are applied after the first. @module */
import type { Plan } from '../edit.ts';
import { refuse } from '../edits/plan-parts.ts';
import type { ConfigureHost } from '../host.ts';
import type { WantedFile } from './persistent-file.ts';

const MAIN = '/etc/network/interfaces';
const FOLDER = '/etc/network/interfaces.d';

export function ifupdownFiles(host: ConfigureHost, plan: Plan): readonly WantedFile[] {
  const main = host.readFile(MAIN) ?? '';
  if (!/^\s*source(-directory)?\s+(\/etc\/network\/)?interfaces\.d(\/\*)?\s*$/m.test(main)) {
    throw refuse(`${MAIN} does not include ${FOLDER}/*; add the line \`source ${FOLDER}/*\` to it`);
  }
  const { edit } = plan;
  const name = plan.link?.name ?? '';
  // `source-directory` reads only names of letters, digits, `_` and `-`.
  const path = (kind: string): string => `${FOLDER}/tapline-${`${name}-${kind}`.replace(/[^\w-]/g, '-')}`;
  switch (edit.kind) {
    case 'mtu':
      return [{ path: path('mtu'), text: stanza(name, `post-up ip link set dev $IFACE mtu ${edit.mtu}`) }];
    case 'address':
      if (edit.action === 'delete') {
        throw refuse(`--persist cannot remove an address that another file configures; remove ${edit.address} there`);
      }
      return [
        {
          path: path(`address-${edit.address}`),
          text: stanza(
            name,
            `post-up ip address add ${edit.address} dev $IFACE`,
            `pre-down ip address delete ${edit.address} dev $IFACE`,
          ),
        },
      ];
    case 'vlan': {
      if (edit.action !== 'new') throw refuse('--persist supports new VLANs only; change the stanza of the VLAN');
      const vlan = edit.name ?? `${edit.parent}.${edit.id}`;
      const type = `type vlan${edit.protocol === undefined ? '' : ` protocol ${edit.protocol}`} id ${edit.id}`;
      const mtu = edit.mtu === undefined ? '' : ` mtu ${edit.mtu}`;
      return [
        {
          path: path(`vlan-${vlan}`),
          text: stanza(
            name,
            `post-up ip link add link $IFACE name ${vlan}${mtu} up ${type}`,
            `pre-down ip link delete ${vlan}`,
          ),
        },
      ];
    }
    case 'media': {
      const mode =
        edit.autonegotiation === true ? 'autoneg on' : `speed ${edit.speed} duplex ${edit.duplex} autoneg off`;
      return [{ path: path('media'), text: stanza(name, `post-up ethtool -s $IFACE ${mode}`) }];
    }
    default:
      throw refuse(`--persist has no ifupdown stanza for this change (${edit.kind})`);
  }
}

function stanza(name: string, ...options: readonly string[]): string {
  return `iface ${name} inet manual\n${options.map((option) => `    ${option}\n`).join('')}`;
}
