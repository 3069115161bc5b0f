/** Texts of `tapline etherconfig`: menus and views in the words of the reference appliance, plans and outcomes. @module */
import { printable } from '../../base/text.ts';
import {
  type FullPlan,
  type LoopbackView,
  type MediaView,
  type MtuView,
  type MulticastView,
  type Outcome,
  type PendingStatus,
  restoredText,
  type VlanView,
} from '../../configure/index.ts';
import { formatFileDiff } from './file-diff.ts';

/** An entry of a menu. */
export interface MenuEntry {
  readonly name: string;
  readonly text: string;
}

/** The operations of `etherconfig`. */
export const ETHERCONFIG_MENU: readonly MenuEntry[] = [
  { name: 'MEDIA', text: 'View and edit ethernet media settings.' },
  { name: 'VLAN', text: 'View and configure VLANs.' },
  { name: 'LOOPBACK', text: 'View and configure Loopback.' },
  { name: 'MTU', text: 'View and configure MTU.' },
  { name: 'MULTICAST', text: 'Accept or reject ARP replies with a multicast address.' },
];

/** The choices below each view. */
export const ETHERCONFIG_SUBMENUS: Readonly<Record<string, readonly MenuEntry[]>> = {
  MEDIA: [{ name: 'EDIT', text: 'Edit an ethernet interface.' }],
  VLAN: [
    { name: 'NEW', text: 'Create a new VLAN.' },
    { name: 'EDIT', text: 'Edit a VLAN.' },
    { name: 'DELETE', text: 'Delete a VLAN.' },
  ],
  LOOPBACK: [
    { name: 'ADD', text: 'Add a service address to the loopback interface.' },
    { name: 'DELETE', text: 'Delete a service address.' },
  ],
  MTU: [{ name: 'EDIT', text: 'Edit the MTU of an interface.' }],
  MULTICAST: [
    { name: 'ACCEPT', text: 'Accept ARP replies with a multicast address.' },
    { name: 'REJECT', text: 'Reject ARP replies with a multicast address.' },
  ],
};

/** Formats a menu without its prompt. */
export function formatMenu(entries: readonly MenuEntry[]): string {
  const lines = entries.map(({ name, text }) => `- ${name} - ${text}\n`);
  return `Choose the operation you want to perform:\n\n${lines.join('')}`;
}

/** Formats the prompt, with the answer that an empty line means. */
export function formatPrompt(preset = ''): string {
  return `[${printable(preset)}]> `;
}

export function formatMtu(views: readonly MtuView[]): string {
  return numbered('Interfaces:', views, (one) => {
    return `${printable(one.interface)} mtu ${one.mtu} (${one.least} to ${one.most})`;
  });
}

export function formatMedia(views: readonly MediaView[]): string {
  return numbered('Ethernet interfaces:', views, (one) => {
    const mac = one.mac === undefined ? '' : ` ${one.mac}`;
    const choices = one.choices.length === 0 ? '' : `; supported: ${one.choices.join(', ')}`;
    return `${printable(one.interface)} (${mediaText(one)})${mac}, ${one.hasLink ? 'link up' : 'no link'}${choices}`;
  });
}

/** `Autoselect: 1000/full`, `100/full`, or that there is nothing to show. */
function mediaText({ modes }: MediaView): string {
  if (modes === undefined) return 'no media settings';
  const mode =
    modes.speed === undefined && modes.duplex === undefined
      ? 'unknown'
      : `${modes.speed ?? '?'}/${modes.duplex ?? '?'}`;
  return modes.autonegotiation === true ? `Autoselect: ${mode}` : mode;
}

export function formatVlans(views: readonly VlanView[]): string {
  if (views.length === 0) return 'There are no VLANs.\n';
  return numbered('VLAN interfaces:', views, (one) => {
    const protocol = one.protocol === '802.1Q' ? '' : `, ${one.protocol}`;
    const addresses = one.addresses.length === 0 ? '' : `, ${one.addresses.join(' ')}`;
    const above = one.dependants.length === 0 ? '' : `; used by ${one.dependants.map(printable).join(', ')}`;
    return `${printable(one.interface)}: VLAN ${one.id} (${printable(one.parent)})${protocol}, mtu ${one.mtu}${addresses}${above}`;
  });
}

export function formatLoopback({ addresses, answering }: LoopbackView): string {
  if (addresses.length === 0) return 'The loopback interface has no service addresses.\n';
  const list = numbered('Service addresses of the loopback interface:', addresses, (address) => address);
  if (answering.length === 0) return `${list}No interface answers ARP requests for them.\n`;
  const names = answering.map(printable).join(', ');
  return `${list}Warning: ${names} may answer ARP requests for them (arp_ignore is 0 or arp_announce is not 2).\n`;
}

export function formatMulticast({ policy, rejected }: MulticastView): string {
  if (policy === undefined) {
    return 'It is unknown whether ARP replies with a multicast address are accepted: reading packet filter rules needs CAP_NET_ADMIN.\n';
  }
  if (policy === 'accept') return 'ARP replies with a multicast address will be accepted.\n';
  return `ARP replies with a multicast address will be rejected (${rejected} so far).\n`;
}

/** Formats a plan: the changes, what can go wrong, how long it lasts, and the files. */
export function formatPlan(plan: FullPlan): string {
  const lines = [
    ...plan.changes.map(({ what, from, to }) => `  ${what}: ${from} -> ${to}`),
    ...plan.risks.map((risk) => `Risk: ${risk}.`),
    ...plan.notes.map((note) => `Note: ${note}.`),
  ];
  const text = lines.map((line) => `${printable(line)}\n`).join('');
  return `${printable(plan.title)}\n${text}${plan.files.map(formatFileDiff).join('')}`;
}

export function formatOutcome(outcome: Outcome): string {
  const { result, reason, restoration, damagedLines, files } = outcome;
  const title = printable(outcome.title);
  if (result === 'confirmed')
    return `Confirmed: ${title}\n${files.map((file) => `Wrote ${printable(file)}\n`).join('')}`;
  if (result === 'discarded') return `Discarded: ${title}: ${printable(reason)}\n`;
  const damage =
    damagedLines === 0
      ? ''
      : `The journal was damaged: ${damagedLines} lines could not be read; what they describe was not restored, and nothing was deleted.\n`;
  const errors = (restoration?.errors ?? []).map((error) => `  ${printable(error)}\n`).join('');
  const state = printable(restoredText(restoration));
  return `Rolled back: ${title}: ${printable(reason)}\n${damage}${state[0]?.toUpperCase()}${state.slice(1)}.\n${errors}`;
}

export function formatStatus(pending: PendingStatus | undefined, last: Outcome | undefined): string {
  if (pending === undefined) {
    return `No change waits for confirmation.\n${last === undefined ? '' : `Last change:\n${formatOutcome(last)}`}`;
  }
  const title = printable(pending.title ?? 'a change whose journal is damaged');
  const guard = pending.isGuarded
    ? ''
    : 'Its guard process has ended: `tapline etherconfig recover` restores the state before the change.\n';
  if (pending.phase === 'applying') return `Being made: ${title}\n${guard}`;
  return `Waiting for confirmation: ${title}\n${timeLeft(pending.secondsLeft)}${guard}`;
}

function timeLeft(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  return seconds > 0 ? `It is rolled back in ${seconds} s.\n` : 'Its time is over.\n';
}

function numbered<T>(title: string, items: readonly T[], text: (item: T) => string): string {
  return `${title}\n${items.map((item, at) => `${at + 1}. ${text(item)}\n`).join('')}`;
}
