/** Prints the events of a run: as text or JSON lines as they happen, or as one document at the end. @module */
import { messageOf } from '../../base/errors.ts';
import { ProbeJsonDocument, probeEventToJsonLine } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import type { ProbeCommand } from './probe-options.ts';

export class EventOutput<Event extends { readonly type: string }> {
  readonly #context: CommandContext;
  readonly #kind: ProbeCommand['format'];
  readonly #format: (event: Event) => string;
  readonly #document = new ProbeJsonDocument();
  #text = '';

  /** @param format returns the text of one event, empty for those that print nothing */
  constructor(context: CommandContext, kind: ProbeCommand['format'], format: (event: Event) => string) {
    this.#context = context;
    this.#kind = kind;
    this.#format = format;
  }

  add(event: Event): void {
    if (this.#kind === 'json') this.#document.add(event);
    else this.#write(this.#kind === 'ndjson' ? probeEventToJsonLine(event) : this.#format(event));
  }

  /** Collects the text of one turn of the event loop for a single write: a sweep has hundreds of replies in it. */
  #write(text: string): void {
    if (text === '') return;
    if (this.#text === '') setImmediate(() => this.#flush());
    this.#text += text;
  }

  #flush(): void {
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#context.stdout.write(text);
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
      if (this.#kind === 'json') this.#text += this.#document.finish(problem);
      this.#flush();
    }
  }
}
