/** Formats a traceroute exactly as traceroute(8) of FreeBSD does. @module */
import { printable } from '../../base/text.ts';
import type {
  HopAnswer,
  HopChanges,
  HopProbe,
  TracerouteEvent,
  TracerouteHop,
  TracerouteStart,
} from '../../icmp/index.ts';
import { Icmp6Type, Unreachable4Code, Unreachable6Code } from '../../wire/icmp-types.ts';
import { extensionsText } from './icmp-extensions-text.ts';
import { localErrorText } from './local-error-text.ts';
import { HIDDEN_ADDRESS, originText } from './path-disclosure.ts';

export interface TracerouteTextOptions {
  /** Name of the command; `traceroute` by default. */
  readonly command?: string;
  /** Returns the host name of an address. Without it, only addresses are shown (-n). */
  readonly nameOf?: (address: string) => string | undefined;
  /** Shows the packet loss of each hop (-S). */
  readonly showLoss?: boolean;
  /** Shows MPLS labels and other extensions (-e). */
  readonly showExtensions?: boolean;
  /** Shows changes to the probe on the path: NAT, DSCP, ECN. */
  readonly showChanges?: boolean;
  /** Shows the estimated length of the return path where it differs (`--back`). */
  readonly showBackward?: boolean;
}

/** Returns the text of one event, newlines included. */
export function formatTracerouteEvent(event: TracerouteEvent, options: TracerouteTextOptions = {}): string {
  if (event.type === 'start') return tracerouteHeader(event, options.command);
  return event.type === 'hop' ? hopText(event, options) : '';
}

/** Returns the header, which traceroute(8) writes to standard error. */
export function tracerouteHeader(start: TracerouteStart, command = 'traceroute'): string {
  const from = start.source === undefined ? '' : ` from ${start.source}`;
  const limits = `${start.maxHops} hops max, ${start.packetLength} byte packets`;
  return `${command} to ${printable(start.target)} (${start.address})${from}, ${limits}\n`;
}

function hopText(hop: TracerouteHop, options: TracerouteTextOptions): string {
  let text = `${String(hop.hop).padStart(2)} `;
  let last: string | undefined;
  let lastError: string | undefined;
  for (const probe of hop.probes) {
    const { answer } = probe;
    if (answer === undefined) {
      text += ' *';
      // An error that several probes share is printed once.
      if (probe.errorName !== undefined && probe.errorName !== lastError) {
        text += ` (local error: ${localErrorText(probe.errorName, probe.mtu)})`;
      }
      lastError = probe.errorName;
      continue;
    }
    if (answer.source !== last) {
      text += `${last === undefined ? '' : '\n   '} ${hostText(answer, options)}`;
      last = answer.source;
    }
    text += `  ${answer.time.toFixed(3)} ms${annotation(answer)}`;
    if (options.showBackward === true && answer.backwardHops !== undefined && answer.backwardHops !== hop.hop) {
      text += ` '-${answer.backwardHops}'`;
    }
    if (options.showChanges === true && answer.changes !== undefined) text += changesText(answer.changes);
    if (options.showExtensions === true && answer.extensions !== undefined) text += extensionsText(answer.extensions);
  }
  if (hop.pathMtu !== undefined) text += ` F=${hop.pathMtu}`;
  if (options.showLoss === true) text += ` (${lossPercent(hop.probes)}% loss)`;
  return `${text}\n`;
}

function hostText({ source, origin }: HopAnswer, { nameOf }: TracerouteTextOptions): string {
  const note = origin === undefined ? '' : `[${originText(origin)}] `;
  if (nameOf === undefined || source === HIDDEN_ADDRESS) return `${note}${source}`;
  return `${note}${printable(nameOf(source) ?? source)} (${source})`;
}

/** Returns ` <NAT: from 198.51.100.1> <DSCP 46 to 0>` and the like. */
function changesText({ nat, dscp, ecn }: HopChanges): string {
  let text = '';
  if (nat !== undefined) {
    const parts: string[] = [];
    if (nat.source !== undefined) parts.push(`from ${nat.source}`);
    if (nat.destination !== undefined) parts.push(`to ${nat.destination}`);
    text += ` <NAT: ${parts.length === 0 ? 'checksum' : parts.join(' ')}>`;
  }
  if (dscp !== undefined) text += ` <DSCP ${dscp.sent} to ${dscp.seen}>`;
  if (ecn !== undefined) text += ` <ECN ${ecn.sent} to ${ecn.seen}>`;
  return text;
}

function lossPercent(probes: readonly HopProbe[]): number {
  const lost = probes.filter((probe) => probe.answer === undefined).length;
  return probes.length === 0 ? 0 : Math.floor((lost * 100) / probes.length);
}

/** Marks of traceroute(8) for codes of ICMPv4 "destination unreachable". Code 3 is an arrival. */
const MARKS4: Readonly<Record<number, string>> = {
  [Unreachable4Code.net]: '!N',
  [Unreachable4Code.host]: '!H',
  [Unreachable4Code.protocol]: '!P',
  [Unreachable4Code.sourceRouteFailed]: '!S',
  [Unreachable4Code.networkUnknown]: '!U',
  [Unreachable4Code.hostUnknown]: '!W',
  [Unreachable4Code.hostIsolated]: '!I',
  [Unreachable4Code.networkProhibited]: '!A',
  [Unreachable4Code.hostProhibited]: '!Z',
  [Unreachable4Code.networkTypeOfService]: '!Q',
  [Unreachable4Code.hostTypeOfService]: '!T',
  [Unreachable4Code.communicationProhibited]: '!X',
  [Unreachable4Code.hostPrecedence]: '!V',
  [Unreachable4Code.precedenceCutoff]: '!C',
};

const MARKS6: Readonly<Record<number, string>> = {
  [Unreachable6Code.noRoute]: '!N',
  [Unreachable6Code.prohibited]: '!X',
  [Unreachable6Code.beyondScope]: '!S',
  [Unreachable6Code.address]: '!H',
  [Unreachable6Code.sourcePolicy]: '!X',
  [Unreachable6Code.rejectRoute]: '!X',
};

/** Returns the mark after a time, with a space before it, or nothing. */
function annotation(answer: HopAnswer): string {
  // A host that replies with the remaining TTL of the probe (old BSDs) is first heard with a TTL of 1.
  if (answer.isArrival && answer.code !== Unreachable4Code.protocol) {
    return answer.hopLimit !== undefined && answer.hopLimit <= 1 ? ' !' : '';
  }
  if (answer.kind === 'too-big') return ` !F-${answer.mtu}`;
  if (answer.kind === 'parameter-problem') return ' !<parameter problem>';
  if (answer.kind !== 'unreachable') return '';
  const isIpv6 = answer.icmpType === Icmp6Type.destinationUnreachable;
  if (answer.code === (isIpv6 ? Unreachable6Code.port : Unreachable4Code.port)) return '';
  return ` ${(isIpv6 ? MARKS6 : MARKS4)[answer.code] ?? `!<${answer.code}>`}`;
}
