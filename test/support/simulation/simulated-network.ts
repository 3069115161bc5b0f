/**
 * Transport for a simulated network: probes pass described routers on a virtual clock. Replies are real messages, so
 * tests use the same codecs, methods and engines as the kernel transport. @module
 */
import { EMPTY } from '../../../src/base/bytes.ts';
import { IpProtocol, ipProtocolOf } from '../../../src/base/protocol-numbers.ts';
import { IP_HEADER } from '../../../src/icmp/probe-target.ts';
import { TokenBucket } from '../../../src/probe/token-bucket.ts';
import type { ArrivalEvent, ProbeEvent, ProbeSpec, ProbeTransport, SendResult } from '../../../src/probe/transport.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { type ForgedProbe, forgeError, quotePacket, resum, sumLikeTheKernel } from './forge.ts';
import type {
  DestinationDescription,
  ErrorDescription,
  HopDescription,
  NetworkDescription,
  RouterDescription,
} from './network-description.ts';
import { addressBytes, pathNumber, pick, timeExceeded, tooBig } from './node-behaviour.ts';
import { type AnswerTcp, type SimulatedAnswer, SimulatedTarget, type TargetCounts } from './simulated-target.ts';

export interface SimulationOptions {
  /** Protocol of the probes; ICMP by default. */
  readonly protocol?: 'icmp' | 'udp' | 'tcp';
  /** Required for `protocol: 'tcp'`. */
  readonly answerTcp?: AnswerTcp;
  /** Type of service, or traffic class, of the probes; 0 by default. */
  readonly trafficClass?: number;
}

/** Counters of the probes that reached a node. */
interface NodeState extends TargetCounts {
  expired: number;
  bucket: TokenBucket | undefined;
}

/** Usual initial hop limit. */
const INITIAL_HOP_LIMIT = 64;

export class SimulatedNetwork implements ProbeTransport {
  readonly capabilities;
  readonly droppedByUs = 0;
  readonly #description: NetworkDescription;
  readonly #clock: VirtualClock;
  readonly #family: 4 | 6;
  readonly #source: Uint8Array;
  readonly #protocol: number;
  readonly #trafficClass: number;
  readonly #target: SimulatedTarget;
  readonly #nodes = new Map<object, NodeState>();
  readonly #cancellations = new Set<() => void>();
  #listener: (event: ProbeEvent) => void = () => undefined;
  #sent = 0;

  constructor(description: NetworkDescription, clock: VirtualClock, options: SimulationOptions = {}) {
    this.#description = description;
    this.#clock = clock;
    this.#family = description.family;
    this.#source = addressBytes(description.source);
    this.#protocol = ipProtocolOf(description.family, options.protocol ?? 'icmp');
    this.#trafficClass = options.trafficClass ?? 0;
    this.#target = new SimulatedTarget(description.family, this.#protocol, options.answerTcp);
    this.capabilities = {
      name: 'simulation',
      kernelTransmitTime: false,
      kernelReceiveTime: true,
      identifier: undefined,
      seesErrors: true,
      sourcePort: 40_000,
      sourceAddress: this.#source,
    };
    for (const stray of description.strays ?? []) {
      this.#schedule(stray.at, () => {
        const message = Uint8Array.from(Buffer.from(stray.message, 'hex'));
        resum(this.#family, message);
        const source = addressBytes(stray.source);
        this.#deliver({
          source,
          protocol: ipProtocolOf(this.#family, 'icmp'),
          message,
          hopLimit: INITIAL_HOP_LIMIT,
          options: EMPTY,
        });
      });
    }
    for (const step of description.clockSteps ?? []) this.#schedule(step.at, () => clock.step(step.by));
  }

  onEvent(listener: (event: ProbeEvent) => void): void {
    this.#listener = listener;
  }

  send(batch: readonly ProbeSpec[]): readonly SendResult[] {
    const room = this.#description.queue ?? batch.length;
    return batch.map((spec, at) => {
      if (at >= room) return { status: 'full' };
      const refusal = this.#description.refusals?.[String(this.#sent)];
      this.#sent += 1;
      if (refusal !== undefined) return { status: 'refused', ...refusal };
      this.#walk(spec);
      return { status: 'sent', time: this.#clock.now() };
    });
  }

  #walk(spec: ProbeSpec): void {
    const { hops, destination } = this.#current();
    const message = spec.bytes.slice();
    const sentTo = spec.destination.slice();
    if (this.#protocol === IpProtocol.icmp6) sumLikeTheKernel(message, this.#source, sentTo);
    let probe: ForgedProbe = {
      family: this.#family,
      source: this.#source,
      destination: sentTo,
      protocol: this.#protocol,
      message,
      trafficClass: this.#trafficClass,
    };
    const hopLimit = spec.hopLimit ?? INITIAL_HOP_LIMIT;
    const packetLength = message.length + IP_HEADER[this.#family];
    let distance = 0;
    for (const hop of hops) {
      const router = this.#choose(hop, message, distance + 1 >= hopLimit);
      if (router.isTransparent === true) continue;
      distance += 1;
      const state = this.#node(router);
      // Linux looks the route up before it counts the hop limit down, so a refusal comes first.
      if (router.error !== undefined) {
        this.#routerError(router, state, probe, router.error);
        return;
      }
      if (distance >= hopLimit) {
        state.expired += 1;
        if (router.loss?.includes(state.expired - 1) === true) return;
        this.#routerError(router, state, probe, timeExceeded(this.#family));
        return;
      }
      state.forwarded += 1;
      if (router.isBlackhole === true || router.drops?.includes(state.forwarded - 1) === true) return;
      if (router.mtu !== undefined && packetLength > router.mtu) {
        this.#routerError(router, state, probe, tooBig(this.#family, router.mtu));
        return;
      }
      probe = rewritten(probe, router);
    }
    const state = this.#node(destination);
    for (const answer of this.#target.answers(destination, state, probe, sentTo, hopLimit - 2 * distance)) {
      this.#reply(answer);
    }
  }

  #current(): { hops: readonly HopDescription[]; destination: DestinationDescription } {
    let { hops, destination } = this.#description;
    for (const change of this.#description.changes ?? []) {
      if (this.#clock.now() < change.at) break;
      hops = change.hops ?? hops;
      destination = change.destination ?? destination;
    }
    return { hops, destination };
  }

  #choose(hop: HopDescription, message: Uint8Array, isExpiring: boolean): RouterDescription {
    if (!('paths' in hop)) return hop;
    const state = this.#node(hop);
    const turn = state.forwarded;
    // A list selects the router that answers; forwarded packets use the first path.
    if (isExpiring || hop.balance === 'packet') state.forwarded += 1;
    const number = typeof hop.balance === 'object' && !isExpiring ? 0 : pathNumber(hop, message, turn);
    return hop.paths[number % hop.paths.length] ?? { address: this.#description.source };
  }

  #node(key: object): NodeState {
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const rate = 'rate' in key ? (key as RouterDescription).rate : undefined;
    const bucket = rate === undefined ? undefined : new TokenBucket(rate.perSecond, rate.burst, this.#clock.now());
    const fresh = { expired: 0, forwarded: 0, answered: 0, bucket };
    this.#nodes.set(key, fresh);
    return fresh;
  }

  #routerError(router: RouterDescription, state: NodeState, probe: ForgedProbe, error: ErrorDescription): void {
    if (router.isSilent === true || state.bucket?.take(this.#clock.now()) === false) return;
    const quote = quotePacket(probe, { hopLimit: router.quotedHopLimit ?? 1, kept: router.quote });
    const message = forgeError(this.#family, error, quote, router);
    const delay = pick(router.delay, state.answered);
    state.answered += 1;
    this.#reply({
      delay,
      source: addressBytes(router.address),
      protocol: ipProtocolOf(this.#family, 'icmp'),
      message,
      hopLimit: router.replyHopLimit ?? INITIAL_HOP_LIMIT,
      options: EMPTY,
    });
  }

  #reply(answer: SimulatedAnswer): void {
    this.#schedule(this.#clock.now() + answer.delay, () => this.#deliver(answer));
  }

  #deliver({ source, protocol, message, hopLimit, options }: Omit<SimulatedAnswer, 'delay'>): void {
    const bytes = new Uint8Array(options.length + message.length);
    bytes.set(options);
    bytes.set(message, options.length);
    const event: ArrivalEvent = {
      kind: 'arrival',
      time: this.#clock.now(),
      stamp: 'kernel',
      protocol,
      source,
      bytes,
      start: options.length,
      end: bytes.length,
      hopLimit,
      optionsStart: 0,
      claimedLength: message.length,
    };
    this.#listener(event);
  }

  #schedule(time: number, run: () => void): void {
    const cancel = this.#clock.at(time, () => {
      this.#cancellations.delete(cancel);
      run();
    });
    this.#cancellations.add(cancel);
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancellations) cancel();
    this.#cancellations.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Returns a forwarded probe with the changes of the router. */
function rewritten(probe: ForgedProbe, { natSource, natDestination, trafficClass }: RouterDescription): ForgedProbe {
  return {
    ...probe,
    ...(natSource === undefined ? {} : { source: addressBytes(natSource) }),
    ...(natDestination === undefined ? {} : { destination: addressBytes(natDestination) }),
    ...(trafficClass === undefined ? {} : { trafficClass }),
  };
}
