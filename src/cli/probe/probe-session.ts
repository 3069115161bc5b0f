/** Puts a probing run together: transport, recorder, and what happens to events and errors. @module */

import { messageOf, StackError } from '../../base/errors.ts';
import { LinkType } from '../../base/link-type.ts';
import {
  type KernelTransportOptions,
  openKernelTransport,
  openPortableTransport,
  type ProbeMethod,
  type ProbeTransport,
  preciseClock,
  RecordingTransport,
} from '../../probe/index.ts';
import { ProbeJsonDocument, probeEventToJsonLine } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { interfaceFor, type ProbeWords, socketOptions } from './probe-options.ts';

type TransportNeeds = Omit<KernelTransportOptions, keyof ReturnType<typeof socketOptions>> & {
  /** The target's own zone. */
  readonly zone?: string | undefined;
};

/** Opens the transport that the options ask for. On systems other than Linux that is the `raw-socket` package. */
export async function openTransport(words: ProbeWords, { zone, ...needs }: TransportNeeds): Promise<ProbeTransport> {
  const isAutomatic = words.transport === 'auto' && process.platform !== 'linux';
  if (words.transport === 'raw-socket' || isAutomatic) return openPortableTransport(needs);
  const via = interfaceFor(words, zone);
  const options = { ...needs, ...socketOptions(words), ...(via === undefined ? {} : { interface: via }) };
  return openKernelTransport(options);
}

/** Runs `work` with the transport, recorded where `--pcap` asks for it; the file is whole whatever happens. */
export async function withRecording(
  words: ProbeWords,
  transport: ProbeTransport,
  method: ProbeMethod,
  work: (transport: ProbeTransport) => Promise<void>,
): Promise<void> {
  if (words.pcap === undefined) {
    await work(transport);
    return;
  }
  const { createPcapngWriter } = await import('../../pcap/index.ts');
  const writer = createPcapngWriter(words.pcap, {
    comment: `probes of one run and their answers (${method.protocol})`,
  });
  try {
    writer.addInterface({ linkType: LinkType.raw, name: words.interface ?? 'probes' });
    await using recorder = new RecordingTransport(transport, method, writer, preciseClock);
    await work(recorder);
  } finally {
    await writer.close();
  }
}

/** Where events go: to text as they come, to JSON lines, or into one document that is written at the end. */
export class EventOutput<Event extends { readonly type: string }> {
  readonly #context: CommandContext;
  readonly #words: ProbeWords;
  readonly #format: (event: Event) => string;
  readonly #document = new ProbeJsonDocument();
  #text = '';

  /** @throws StackError `USAGE` for two kinds of JSON at once */
  constructor(context: CommandContext, words: ProbeWords, format: (event: Event) => string) {
    if (words.json && words.ndjson) throw new StackError('USAGE', '--json and --ndjson exclude each other');
    this.#context = context;
    this.#words = words;
    this.#format = format;
  }

  add(event: Event): void {
    if (this.#words.json) this.#document.add(event);
    else if (this.#words.ndjson) this.#write(probeEventToJsonLine(event));
    else this.#write(this.#format(event));
  }

  /** What one turn of the event loop brings is written at once: a sweep has hundreds of answers in it. */
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
      if (this.#words.json) this.#text += this.#document.finish(problem);
      this.#flush();
    }
  }
}

/** True where text goes to the screen. */
export function isText(words: ProbeWords): boolean {
  return !words.json && !words.ndjson;
}
