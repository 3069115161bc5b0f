/** What the engines of ping, traceroute and path monitoring share: one target, numbered probes, matching. @module */
import type { ProbeEngine, ProbeEvent, ProbeMatch, ProbeMethod, ProbeSpec, SendResult } from '../probe/index.ts';
import { EventList, Outbox, ProbeTable } from '../probe/index.ts';
import { type AnswerEvent, AnswerFinder } from './answer-finder.ts';
import { ProbeTarget, type TargetOptions } from './probe-target.ts';
import { type ShortQuote, ShortQuoteReader } from './short-quote.ts';

/** Parts of a run. */
export interface RunEngineParts<Method extends ProbeMethod> {
  readonly method: Method;
  readonly options: TargetOptions;
  /** Returns the packets dropped by this machine. */
  readonly drops: () => number;
  /** Capacity of the probe table. */
  readonly capacity?: number;
}

/** Base of the state machines. */
export abstract class RunEngine<Event, Method extends ProbeMethod = ProbeMethod>
  implements ProbeEngine<Event | ShortQuote>
{
  protected readonly method: Method;
  protected readonly target: ProbeTarget;
  protected readonly table: ProbeTable;
  protected readonly finder: AnswerFinder;
  protected readonly outbox: Outbox;
  protected readonly events = new EventList<Event | ShortQuote>();
  /** Returns the packets dropped by this machine. */
  protected readonly drops: () => number;
  /** Undefined before the first `advance`. */
  protected startedAt: number | undefined;
  protected isEnded = false;
  readonly #shortQuotes: ShortQuoteReader | undefined;

  /** @throws TypeError for a missing address, or one of the other family */
  constructor({ method, options, drops, capacity }: RunEngineParts<Method>) {
    this.method = method;
    this.drops = drops;
    this.target = new ProbeTarget(method.family, options);
    this.table = new ProbeTable(capacity);
    this.finder = new AnswerFinder(method, this.table);
    this.outbox = new Outbox(method);
    if (options.reportShortQuotes === true) this.#shortQuotes = new ShortQuoteReader(method);
  }

  abstract get deadline(): number;
  abstract advance(now: number): void;
  abstract onSent(token: number, result: SendResult, now: number): void;
  abstract stop(now: number): void;
  /** Called for a reply to probe `index`, or an error about it. */
  protected abstract onMatch(index: number, match: ProbeMatch, event: AnswerEvent): void;

  get isDone(): boolean {
    return this.isEnded;
  }

  takeOutbox(): readonly ProbeSpec[] {
    return this.outbox.take();
  }

  onEvent(event: ProbeEvent): void {
    if (this.isEnded) return;
    if (event.kind === 'transmit') {
      this.finder.noteSent(event);
      return;
    }
    const match = this.finder.match(event);
    if (match === undefined) this.#reportShortQuote(event);
    else this.onMatch(this.finder.index, match, event);
  }

  #reportShortQuote(event: AnswerEvent): void {
    const bytes = this.#shortQuotes?.lengthOf(event);
    if (bytes === undefined) return;
    this.events.push({ type: 'short-quote', source: this.target.textOf(event.source), bytes, at: event.time });
  }

  drain(): readonly (Event | ShortQuote)[] {
    return this.events.drain();
  }
}
