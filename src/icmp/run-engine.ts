/** What ping, traceroute and mtr have in common: one target, numbered probes, and who looks first at what comes in. @module */
import type { ProbeEngine, ProbeEvent, ProbeMatch, ProbeMethod, ProbeSpec, SendResult } from '../probe/index.ts';
import { EventList, Outbox, ProbeTable } from '../probe/index.ts';
import { type AnswerEvent, AnswerFinder } from './answer-finder.ts';
import { ProbeTarget, type TargetOptions } from './probe-target.ts';
import { type ShortQuote, ShortQuoteReader } from './short-quote.ts';

/** What a run is made of. */
export interface RunEngineParts<Method extends ProbeMethod> {
  readonly method: Method;
  readonly options: TargetOptions;
  /** What the transport lost by itself so far. */
  readonly drops: () => number;
  /** Probes that are remembered; the table's own number by default. */
  readonly capacity?: number;
}

/** A state machine of one run: told the time and what arrived, it says what to send and what to report. */
export abstract class RunEngine<Event, Method extends ProbeMethod = ProbeMethod>
  implements ProbeEngine<Event | ShortQuote>
{
  protected readonly method: Method;
  protected readonly target: ProbeTarget;
  protected readonly table: ProbeTable;
  protected readonly finder: AnswerFinder;
  protected readonly outbox: Outbox;
  protected readonly events = new EventList<Event | ShortQuote>();
  /** What the transport lost by itself so far. */
  protected readonly drops: () => number;
  /** Undefined before the first `advance`. */
  protected startedAt: number | undefined;
  protected isEnded = false;
  readonly #shortQuotes: ShortQuoteReader | undefined;

  /** @throws TypeError when there is no address, or one of the wrong family */
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
  /** An answer to probe `index`, or an error about it. */
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
