/** A run that opens its own transport: what `pingHost`, `traceHost`, `monitorHost` and `sweepHosts` share. @module */
import type { Clock } from '../base/clock.ts';
import type { DriveParts } from './drive.ts';
import type { ProbeMethod } from './method.ts';
import { openTransport, type SocketOptions, type TransportNeeds } from './open-transport.ts';
import { preciseClock } from './precise-clock.ts';
import type { TransportCapabilities } from './transport.ts';
import { type ProbeSink, TransportTap } from './transport-tap.ts';

/** Options of every run that opens its own transport. */
export interface HostOptions extends SocketOptions {
  /** Address family of the target; by default that of the first address the resolver returns. */
  readonly family?: 4 | 6;
  /** Ends the run early, with its summary. */
  readonly signal?: AbortSignal;
  /**
   * Called when the sockets are open. The probes of the run and their replies are written to the sink it returns, if any:
   * a `PcapngWriter` with one interface of link type RAW, which the caller closes after the run.
   */
  readonly tap?: (capabilities: TransportCapabilities) => ProbeSink | undefined;
}

/** How one kind of run begins. */
export interface HostPlan<Target, Method extends ProbeMethod, Run> {
  /** Returns the target, or looks it up. */
  readonly resolve: () => Target | Promise<Target>;
  readonly needs: (target: Target) => TransportNeeds;
  readonly method: (target: Target, capabilities: TransportCapabilities) => Method;
  readonly begin: (parts: DriveParts & { readonly method: Method }, target: Target) => Run;
  /** `preciseClock` by default. */
  readonly clock?: Clock;
}

/** One run. It resolves its target and opens its transport at the first iteration, and closes it at the end. */
export class HostRun<Target, Method extends ProbeMethod, Run> {
  readonly #plan: HostPlan<Target, Method, Run>;
  readonly #options: HostOptions;
  #capabilities: TransportCapabilities | undefined;
  #run: Run | undefined;

  constructor(plan: HostPlan<Target, Method, Run>, options: HostOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  /** Undefined before the first event. */
  get capabilities(): TransportCapabilities | undefined {
    return this.#capabilities;
  }

  /** Undefined before the first event. */
  get run(): Run | undefined {
    return this.#run;
  }

  /** Yields the events that `iterate` selects. Opens the sockets of an address without an `await` before. */
  async *events<Event>(iterate: (run: Run) => AsyncIterable<Event>): AsyncGenerator<Event, void, undefined> {
    const plan = this.#plan;
    const resolved = plan.resolve();
    const target = resolved instanceof Promise ? await resolved : resolved;
    const opened = openTransport(plan.needs(target), this.#options);
    let transport = opened instanceof Promise ? await opened : opened;
    try {
      const { capabilities } = transport;
      const method = plan.method(target, capabilities);
      const clock = plan.clock ?? preciseClock;
      const sink = this.#options.tap?.(capabilities);
      if (sink !== undefined) transport = new TransportTap(transport, method, sink, preciseClock);
      this.#capabilities = capabilities;
      this.#run = plan.begin({ transport, method, clock }, target);
      yield* iterate(this.#run);
    } finally {
      await transport.close();
    }
  }
}
