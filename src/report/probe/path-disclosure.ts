/**
 * What is told of a path: whose networks its addresses are in, and, where a report is for others to read, nothing of the
 * first hops, which are one's own. Done to the events themselves, so it holds for every style alike. @module
 */
import type { HopAnswer, HopChanges, MonitorEvent, MonitorHop, ShortQuote, TracerouteEvent } from '../../icmp/index.ts';
import type { Origin } from '../../probe/index.ts';

export interface PathDisclosure {
  /** Hops up to this one are not told; 0 tells all. */
  readonly hiddenHops: number;
  /** What a local table knows of an address. */
  readonly originOf?: (address: string) => Origin | undefined;
}

/** Stands in the place of an address that is not told. */
export const HIDDEN_ADDRESS = 'hidden';

/** A traceroute's event as it may be told. */
export function discloseTraceroute(event: TracerouteEvent, disclosure: PathDisclosure): TracerouteEvent {
  const { hiddenHops } = disclosure;
  if (event.type === 'start') return hiddenHops > 0 ? { ...event, source: undefined } : event;
  if (event.type === 'short-quote') return toldShortQuote(event, disclosure);
  if (event.type !== 'hop') return event;
  const isHidden = event.hop <= hiddenHops;
  const probes = event.probes.map((probe) => {
    if (probe.answer === undefined) return probe;
    return { ...probe, answer: isHidden ? hiddenAnswer(probe.answer) : toldAnswer(probe.answer, disclosure) };
  });
  return { ...event, probes };
}

/** Which hop it comes from cannot be known. */
function toldShortQuote(event: ShortQuote, { hiddenHops }: PathDisclosure): ShortQuote {
  return hiddenHops > 0 ? { ...event, source: HIDDEN_ADDRESS } : event;
}

/** What stands in extensions and quotes gives an address away, too. */
function hiddenAnswer(answer: HopAnswer): HopAnswer {
  return { ...answer, source: HIDDEN_ADDRESS, extensions: undefined, changes: undefined };
}

function toldAnswer(answer: HopAnswer, { hiddenHops, originOf }: PathDisclosure): HopAnswer {
  const origin = originOf?.(answer.source);
  const told = origin === undefined ? answer : { ...answer, origin };
  return hiddenHops > 0 ? { ...told, changes: withoutAddresses(answer.changes) } : told;
}

/** A translated source is one's own public address. */
function withoutAddresses(changes: HopChanges | undefined): HopChanges | undefined {
  if (changes?.nat === undefined) return changes;
  const { source, destination, isChecksumChanged } = changes.nat;
  const hide = (address: string | undefined): string | undefined => (address === undefined ? address : HIDDEN_ADDRESS);
  return { ...changes, nat: { source: hide(source), destination: hide(destination), isChecksumChanged } };
}

/** An event of a watched path as it may be told. */
export function discloseMonitor(event: MonitorEvent, disclosure: PathDisclosure): MonitorEvent {
  if (event.type === 'start' || event.type === 'refused') return event;
  if (event.type === 'short-quote') return toldShortQuote(event, disclosure);
  if (event.type === 'path-change') {
    return event.hop <= disclosure.hiddenHops ? { ...event, address: HIDDEN_ADDRESS } : event;
  }
  return { ...event, hops: discloseHops(event.hops, disclosure) };
}

/** The hops of a watched path as they may be told. */
export function discloseHops(hops: readonly MonitorHop[], { hiddenHops, originOf }: PathDisclosure): MonitorHop[] {
  return hops.map((hop) => {
    if (hop.hop <= hiddenHops) {
      const answers = hop.addresses.reduce((sum, one) => sum + one.answers, 0);
      const addresses = answers === 0 ? [] : [{ address: HIDDEN_ADDRESS, answers }];
      return { ...hop, addresses, extensions: undefined };
    }
    if (originOf === undefined) return hop;
    const addresses = hop.addresses.map((one) => {
      const origin = originOf(one.address);
      return origin === undefined ? one : { ...one, origin };
    });
    return { ...hop, addresses };
  });
}

/** `AS64496 ZZ`, as far as it is known. */
export function originText({ asn, country }: Origin): string {
  return country === undefined ? `AS${asn}` : `AS${asn} ${country}`;
}
