/** Routes and rules as ip(8) prints them. @module */
import { printable } from '../../base/text.ts';
import type { RouteEntry, RuleEntry } from '../../inspect/index.ts';

/** Formats the lines of `ip route show table all`. */
export function formatLinuxRoutes(routes: readonly RouteEntry[]): string {
  return routes.map((route) => `${printable(lineOf(route))}\n${nextHopLines(route)}`).join('');
}

type Hop = RouteEntry['nextHops'][number];

function lineOf(route: RouteEntry): string {
  const [only] = route.nextHops.length === 1 ? route.nextHops : [];
  const isMain = route.tableName === 'main';
  const isManual = route.protocol === 'boot';
  const parts = [
    route.type === 'unicast' ? undefined : route.type,
    destinationText(route),
    field('from', route.from),
    field('nhid', route.nextHopId),
    field('tos', route.typeOfService === 0 ? undefined : tosText(route.typeOfService)),
    only && hopText(only, route),
    field('table', isMain ? undefined : route.tableName),
    field('proto', isManual ? undefined : route.protocol),
    field('scope', route.scope === 'global' ? undefined : route.scope),
    field('src', route.source),
    field('metric', route.metric),
    only && flagsText(only),
    route.expires === undefined ? undefined : `expires ${Math.floor(route.expires)}sec`,
    route.mtu === undefined ? undefined : `mtu ${route.isMtuLocked ? 'lock ' : ''}${route.mtu}`,
    field('pref', route.preference),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

function field(name: string, value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : `${name} ${value}`;
}

function tosText(typeOfService: number): string {
  return `0x${typeOfService.toString(16).padStart(2, '0')}`;
}

function destinationText({ destination, prefixLength, family }: RouteEntry): string {
  if (prefixLength === 0) return 'default';
  return prefixLength === (family === 4 ? 32 : 128) ? destination : `${destination}/${prefixLength}`;
}

function hopText({ gateway, interface: name }: Hop, { family }: RouteEntry): string {
  const other = gateway !== undefined && gateway.includes(':') !== (family === 6);
  const via = field(other ? `via inet${family === 4 ? '6' : ''}` : 'via', gateway);
  return [via, field('dev', name)].filter((part) => part !== undefined).join(' ');
}

function flagsText({ flags }: Hop): string {
  return flags.join(' ');
}

function nextHopLines(route: RouteEntry): string {
  if (route.nextHops.length < 2) return '';
  const lines = route.nextHops.map((hop) => {
    const parts = ['nexthop', hopText(hop, route), `weight ${hop.weight}`, flagsText(hop)];
    return `\t${printable(parts.filter((part) => part !== '').join(' '))}\n`;
  });
  return lines.join('');
}

/** Formats the lines of `ip rule`. */
export function formatRules(rules: readonly RuleEntry[]): string {
  return rules.map((rule) => `${rule.priority}:\t${printable(`${selectorText(rule)} ${actionText(rule)}`)}\n`).join('');
}

function selectorText(rule: RuleEntry): string {
  const { mark, markMask, sourcePorts, destinationPorts, users } = rule;
  const markText = mark === undefined ? undefined : `0x${mark.toString(16)}${maskText(markMask)}`;
  const parts = [
    rule.isInverted ? 'not' : undefined,
    `from ${withoutFullLength(rule.from) ?? 'all'}`,
    field('to', withoutFullLength(rule.to)),
    field('tos', rule.typeOfService === 0 ? undefined : tosText(rule.typeOfService)),
    field('fwmark', mark === 0 && markMask === 0 ? undefined : markText),
    field('iif', rule.inputInterface),
    field('oif', rule.outputInterface),
    field('uidrange', users && `${users.first}-${users.last}`),
    field('ipproto', rule.ipProtocol === undefined ? undefined : (PROTOCOL_NAMES[rule.ipProtocol] ?? rule.ipProtocol)),
    field('sport', rangeText(sourcePorts)),
    field('dport', rangeText(destinationPorts)),
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** Names of getprotobynumber(3) for protocols that have ports, and the usual others. */
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'ipv6-icmp',
  132: 'sctp',
};

function maskText(mask: number | undefined): string {
  return mask === undefined || mask === 0xffff_ffff ? '' : `/0x${mask.toString(16)}`;
}

function withoutFullLength(prefix: string | undefined): string | undefined {
  return prefix?.replace(prefix.includes(':') ? /\/128$/ : /\/32$/, '');
}

function rangeText(range: RuleEntry['sourcePorts']): string | undefined {
  if (range === undefined) return undefined;
  return range.first === range.last ? String(range.first) : `${range.first}-${range.last}`;
}

function actionText(rule: RuleEntry): string {
  const { action, isL3MasterDevice, suppressPrefixLength } = rule;
  const suppressed = suppressPrefixLength === undefined ? '' : ` suppress_prefixlength ${suppressPrefixLength}`;
  const origin = rule.protocol === 'kernel' || rule.protocol === 'unspec' ? '' : ` proto ${rule.protocol}`;
  if (isL3MasterDevice) return `lookup [l3mdev-table]${suppressed}${origin}`;
  if (action === 'table') return `lookup ${rule.tableName}${suppressed}${origin}`;
  if (action === 'goto') return `goto ${rule.goto ?? 'none'}${origin}`;
  return `${action}${origin}`;
}
