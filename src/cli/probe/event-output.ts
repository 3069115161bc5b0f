/** Prints the events of a run: as text or JSON lines as they happen, or as one document at the end. @module */
import { messageOf, type StackError } from '../../base/errors.ts';
import { ProbeJsonDocument, probeEventToJsonLine } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import type { Output } from '../text-output.ts';
import type { ProbeCommand } from './probe-options.ts';

export class EventOutput<Event extends { readonly type: string }> {
  readonly #context: CommandContext;
  readonly #kind: ProbeCommand['format'];
  readonly #format: (event: Event) => Output;
  readonly #document = new ProbeJsonDocument();
  #pending: Output[] = [];

  /** @param format returns the output of one event, empty for those that print nothing */
  constructor(context: CommandContext, kind: ProbeCommand['format'], format: (event: Event) => Output) {
    this.#context = context;
    this.#kind = kind;
    this.#format = format;
  }

  add(event: Event): void {
    if (this.#kind === 'json') this.#document.add(event);
    else this.#write(this.#kind === 'ndjson' ? probeEventToJsonLine(event) : this.#format(event));
  }

  /** Reports a name that does not resolve, while other targets are probed: on standard error, and in JSON. */
  addUnknownHost(error: StackError): void {
    this.#context.stderr.write(`tapline: ${error.toText()}\n`);
    const event = { type: 'unknown-host', error: error.message };
    if (this.#kind === 'json') this.#document.add(event);
    else if (this.#kind === 'ndjson') this.#write(probeEventToJsonLine(event));
  }

  /** Collects the output of one turn of the event loop for a single write: a sweep has hundreds of replies in it. */
  #write(output: Output): void {
    if (output.length === 0) return;
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    this.#pending.push(output);
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length > 0) this.#context.stdout.write(pending.flat());
  }

  /** Runs `work`, and closes the document even when it fails. */
  async run(work: () => Promise<void>): Promise<void> {
    let problem: string | undefined;
    try {
      await work();
    } catch (error) {
      problem = messageOf(error);
      throw error;
    } finally {
      if (this.#kind === 'json') this.#pending.push(this.#document.finish(problem));
      this.#flush();
    }
  }
}
