/**
 * Adds origins to the events of a path, and hides its first hops. It edits the events themselves, so that the result is
 * the same in every output format. @module
 */
import type { HopAnswer, HopChanges, MonitorEvent, MonitorHop, ShortQuote, TracerouteEvent } from '../../icmp/index.ts';
import type { Origin } from '../../probe/index.ts';

export interface PathDisclosure {
  /** Hides the hops up to this one; 0 hides none. */
  readonly hiddenHops: number;
  /** Looks up an address in a local table. */
  readonly originOf?: (address: string) => Origin | undefined;
}

/** Replaces a hidden address. */
export const HIDDEN_ADDRESS = 'hidden';

/** Returns an event of a traceroute with origins, and without hidden addresses. */
export function discloseTraceroute(event: TracerouteEvent, disclosure: PathDisclosure): TracerouteEvent {
  const { hiddenHops } = disclosure;
  if (event.type === 'start') return hiddenHops > 0 ? { ...event, source: undefined } : event;
  if (event.type === 'short-quote') return disclosedShortQuote(event, disclosure);
  if (event.type !== 'hop') return event;
  const isHidden = event.hop <= hiddenHops;
  const probes = event.probes.map((probe) => {
    if (probe.answer === undefined) return probe;
    return { ...probe, answer: isHidden ? hiddenAnswer(probe.answer) : disclosedAnswer(probe.answer, disclosure) };
  });
  return { ...event, probes };
}

/** Its hop is not known, so any hidden hop hides it. */
function disclosedShortQuote(event: ShortQuote, { hiddenHops }: PathDisclosure): ShortQuote {
  return hiddenHops > 0 ? { ...event, source: HIDDEN_ADDRESS } : event;
}

/** Extensions and quotes contain addresses too. */
function hiddenAnswer(answer: HopAnswer): HopAnswer {
  return { ...answer, source: HIDDEN_ADDRESS, extensions: undefined, changes: undefined };
}

function disclosedAnswer(answer: HopAnswer, { hiddenHops, originOf }: PathDisclosure): HopAnswer {
  const origin = originOf?.(answer.source);
  const known = origin === undefined ? answer : { ...answer, origin };
  return hiddenHops > 0 ? { ...known, changes: withoutAddresses(answer.changes) } : known;
}

/** A translated source is the public address of this network. */
function withoutAddresses(changes: HopChanges | undefined): HopChanges | undefined {
  if (changes?.nat === undefined) return changes;
  const { source, destination, isChecksumChanged } = changes.nat;
  const hide = (address: string | undefined): string | undefined => (address === undefined ? address : HIDDEN_ADDRESS);
  return { ...changes, nat: { source: hide(source), destination: hide(destination), isChecksumChanged } };
}

/** Returns an event of path monitoring with origins, and without hidden addresses. */
export function discloseMonitor(event: MonitorEvent, disclosure: PathDisclosure): MonitorEvent {
  if (event.type === 'start' || event.type === 'refused') return event;
  if (event.type === 'short-quote') return disclosedShortQuote(event, disclosure);
  if (event.type === 'path-change') {
    return event.hop <= disclosure.hiddenHops ? { ...event, address: HIDDEN_ADDRESS } : event;
  }
  return { ...event, hops: discloseHops(event.hops, disclosure) };
}

/** Returns the hops of a monitored path with origins, and without hidden addresses. */
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

/** Returns `AS64496 ZZ`, or `AS64496` without a country. */
export function originText({ asn, country }: Origin): string {
  return country === undefined ? `AS${asn}` : `AS${asn} ${country}`;
}
