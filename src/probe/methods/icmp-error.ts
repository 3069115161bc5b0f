/** Reads an ICMP error, for all methods: its kind, and the packet it quotes. @module */
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { QuoteView } from '../../wire/icmp-quote.ts';
import { Icmp4Type, Icmp6Type, Unreachable4Code } from '../../wire/icmp-types.ts';
import { Icmp4View } from '../../wire/icmp4.ts';
import { Icmp6View } from '../../wire/icmp6.ts';
import type { MatchKind, ProbeMatch } from '../method.ts';
import type { ArrivalEvent } from '../transport.ts';

const KINDS4: Readonly<Record<number, MatchKind>> = {
  [Icmp4Type.destinationUnreachable]: 'unreachable',
  [Icmp4Type.sourceQuench]: 'source-quench',
  [Icmp4Type.redirect]: 'redirect',
  [Icmp4Type.timeExceeded]: 'time-exceeded',
  [Icmp4Type.parameterProblem]: 'parameter-problem',
};

const KINDS6: Readonly<Record<number, MatchKind>> = {
  [Icmp6Type.destinationUnreachable]: 'unreachable',
  [Icmp6Type.packetTooBig]: 'too-big',
  [Icmp6Type.timeExceeded]: 'time-exceeded',
  [Icmp6Type.parameterProblem]: 'parameter-problem',
  [Icmp6Type.redirect]: 'redirect',
};

/** Returns the kind of an error; undefined for any other type. */
export function errorKind(family: 4 | 6, type: number, code: number): MatchKind | undefined {
  if (family === 6) return KINDS6[type];
  const isTooBig = type === Icmp4Type.destinationUnreachable && code === Unreachable4Code.fragmentationNeeded;
  return isTooBig ? 'too-big' : KINDS4[type];
}

/** The quote of an ICMPv6 redirect is inside an option (RFC 4861, 4.6.3), which is not parsed: hosts act on redirects. */
const REDIRECT6_HAS_NO_QUOTE = Icmp6Type.redirect;

/** Reads one error at a time. Its fields are valid until the next `read`. */
export class IcmpErrorReader {
  readonly #view4 = new Icmp4View();
  readonly #view6 = new Icmp6View();
  readonly quote = new QuoteView();
  kind: MatchKind = 'unreachable';
  type = 0;
  code = 0;
  mtu = 0;
  isChecksumOk = true;
  /** Offset of the quote, which extends to the end of the event. */
  quoteAt = 0;

  /** Returns true if `event` is an ICMP error with a readable quote. */
  read(event: ArrivalEvent): boolean {
    return this.readHead(event) && this.quote.wrap(event.bytes, this.quoteAt, event.end);
  }

  /** Returns true if `event` is an ICMP error with a quote, readable or not. Does not move `quote`. */
  readHead(event: ArrivalEvent): boolean {
    if (event.protocol === IpProtocol.icmp) return this.#read4(event);
    return event.protocol === IpProtocol.icmp6 && this.#read6(event);
  }

  #read4(event: ArrivalEvent): boolean {
    const view = this.#view4;
    if (!view.wrap(event.bytes, event.start, event.end)) return false;
    const kind = errorKind(4, view.type, view.code);
    if (kind === undefined) return false;
    this.kind = kind;
    this.type = view.type;
    this.code = view.code;
    this.mtu = kind === 'too-big' ? view.nextHopMtu : 0;
    this.isChecksumOk = event.claimedLength > view.length || view.isChecksumOk; // a truncated message cannot be verified
    this.quoteAt = view.payloadAt;
    return true;
  }

  #read6(event: ArrivalEvent): boolean {
    const view = this.#view6;
    if (!view.wrap(event.bytes, event.start, event.end)) return false;
    const kind = errorKind(6, view.type, view.code);
    if (kind === undefined || view.type === REDIRECT6_HAS_NO_QUOTE) return false;
    this.kind = kind;
    this.type = view.type;
    this.code = view.code;
    this.mtu = kind === 'too-big' ? view.mtu : 0;
    this.isChecksumOk = true; // the kernel drops messages with a bad checksum (RFC 3542, 3.1)
    this.quoteAt = view.payloadAt;
    return true;
  }

  /** Returns the fields of a match that all errors have; the method adds the probe. */
  describe(): Omit<ProbeMatch, 'index' | 'isFullIndex'> {
    return {
      kind: this.kind,
      type: this.type,
      code: this.code,
      mtu: this.mtu,
      isArrival: false,
      isChecksumOk: this.isChecksumOk,
      quotedDestination: this.#quotedDestination,
      quoteStart: this.quote.start,
      quoteEnd: this.quote.end,
    };
  }

  /** Destination of the quoted packet; a view, not a copy. */
  get #quotedDestination(): Uint8Array {
    const { quote } = this;
    return quote.bytes.subarray(quote.destinationAt, quote.destinationAt + quote.addressLength);
  }
}
