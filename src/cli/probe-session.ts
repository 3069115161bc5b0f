/** The parts of a probing run: transport, recorder, output of events and errors. @module */
import { LinkType, messageOf, StackError } from '../base/index.ts';
import {
  type KernelTransportOptions,
  openKernelTransport,
  openPortableTransport,
  type ProbeMethod,
  type ProbeTransport,
  preciseClock,
  RecordingTransport,
} from '../probe/index.ts';
import { ProbeJsonDocument, probeEventToJsonLine } from '../report/index.ts';
import type { CommandContext } from './context.ts';
import { interfaceFor, type ProbeWords, socketOptions } from './probe-options.ts';
import type { Output } from './text-output.ts';

type TransportNeeds = Omit<KernelTransportOptions, keyof ReturnType<typeof socketOptions>> & {
  /** The target's own zone. */
  readonly zone?: string | undefined;
};

/** Opens the transport that the options select; the `raw-socket` package on systems other than Linux. */
export async function openTransport(words: ProbeWords, { zone, ...needs }: TransportNeeds): Promise<ProbeTransport> {
  const isAutomatic = words.transport === 'auto' && process.platform !== 'linux';
  if (words.transport === 'raw-socket' || isAutomatic) return openPortableTransport(needs);
  const via = interfaceFor(words, zone);
  const options = { ...needs, ...socketOptions(words), ...(via === undefined ? {} : { interface: via }) };
  return openKernelTransport(options);
}

/** Runs `work` with the transport, recorded with `--pcap`; the file is complete also when `work` fails. */
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
  const { createPcapngWriter } = await import('../pcap/index.ts');
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

/** Writes events as text or JSON lines as they come, or collects them into one document that is written at the end. */
export class EventOutput<Event extends { readonly type: string }> {
  readonly #context: CommandContext;
  readonly #words: ProbeWords;
  readonly #format: (event: Event) => Output;
  readonly #document = new ProbeJsonDocument();
  #pending: Output[] = [];

  /** @throws StackError `USAGE` for two kinds of JSON at once */
  constructor(context: CommandContext, words: ProbeWords, format: (event: Event) => Output) {
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

  /** Writes once per turn of the event loop: in a sweep, one turn may bring hundreds of replies. */
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

  /** Runs `work`, and completes the document also when it fails. */
  async run(work: () => Promise<void>): Promise<void> {
    let problem: string | undefined;
    try {
      await work();
    } catch (error) {
      problem = messageOf(error);
      throw error;
    } finally {
      if (this.#words.json) this.#pending.push(this.#document.finish(problem));
      this.#flush();
    }
  }
}

/** Whether the output is text, not JSON. */
export function isText(words: ProbeWords): boolean {
  return !words.json && !words.ndjson;
}
