/** The MTU of an interface. @module */
import { type Link, setLink } from '../../netlink/index.ts';
import type { MtuEdit, Plan } from '../edit.ts';
import { dependantsOf, findLink, readLinks } from '../scope.ts';
import { refuse, refusePort, scopeOf } from './plan-parts.ts';

/** RFC 8200, 5: the least MTU of a link that carries IPv6. */
const IPV6_MINIMUM = 1280;
/** RFC 791: every link carries 68 bytes. */
const IPV4_MINIMUM = 68;
/** A maximum of 0 means none; IP packets have at most 65,535 bytes. */
const NO_MAXIMUM = 65_535;

/** The range of the MTU that the driver accepts. */
export function mtuRange({ minMtu, maxMtu }: Link): { readonly least: number; readonly most: number } {
  return { least: minMtu || IPV4_MINIMUM, most: maxMtu || NO_MAXIMUM };
}

/** @throws StackError `EDIT`, `NO_INTERFACE` */
export function planMtu(links: readonly Link[], edit: MtuEdit): Plan {
  const link = findLink(links, edit.interface);
  refusePort(links, link);
  checkMtu(links, link, edit.mtu);
  const { mtu } = edit;
  const before = link.mtu ?? 0;
  return {
    edit,
    title: `MTU of ${link.name}: ${mtu}`,
    link,
    changes: before === mtu ? [] : [{ what: `MTU of ${link.name}`, from: String(before), to: String(mtu) }],
    risks: risksOf(links, link, mtu),
    scope: scopeOf(links, link),
    created: [],
    apply: (host) => host.netlink.execute(setLink(link.index, { mtu }), { wanted: `set the MTU of ${link.name}` }),
    async verify(host) {
      const now = (await readLinks(host.netlink)).find(({ index }) => index === link.index);
      if (now === undefined) return [`${link.name} was removed`];
      return now.mtu === mtu ? [] : [`the MTU of ${link.name} is ${now.mtu} instead of ${mtu}`];
    },
  };
}

function checkMtu(links: readonly Link[], link: Link, mtu: number): void {
  const { least, most } = mtuRange(link);
  if (!Number.isInteger(mtu) || mtu < least || mtu > most) {
    throw refuse(`the MTU of ${link.name} must be ${least} to ${most}, not ${mtu}`);
  }
  checkParentMtu(links, link, mtu);
}

/** @throws StackError `EDIT`: the kernel refuses it with ERANGE and no explanation */
function checkParentMtu(links: readonly Link[], link: Link, mtu: number): void {
  const isTagged = link.kind === 'vlan' || link.kind === 'macvlan';
  const parent = isTagged ? links.find(({ index }) => index === link.parentIndex) : undefined;
  if (parent?.mtu === undefined || mtu <= parent.mtu) return;
  throw refuse(
    `an MTU of ${mtu} is above the ${parent.mtu} of ${parent.name}, which carries ${link.name}; raise ${parent.name} first`,
  );
}

function risksOf(links: readonly Link[], link: Link, mtu: number): string[] {
  const risks: string[] = [];
  const before = link.mtu ?? 0;
  const lowered = dependantsOf(links, link).filter((one) => (one.mtu ?? 0) > mtu);
  if (mtu < IPV6_MINIMUM && before >= IPV6_MINIMUM) {
    const names = [link, ...lowered].map(({ name }) => name).join(', ');
    risks.push(`an MTU below ${IPV6_MINIMUM} removes all IPv6 addresses and routes of ${names} (RFC 8200, 5)`);
  }
  if (lowered.length > 0) risks.push(`the kernel also lowers the MTU of ${lowered.map(({ name }) => name).join(', ')}`);
  if (mtu > before) risks.push(`all hosts and switches of the link must accept packets of ${mtu} bytes`);
  return risks;
}
