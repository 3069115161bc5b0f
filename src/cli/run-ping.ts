/** `tapline ping` at work: one run for each host, side by side. @module */
import { formatAddress, StackError } from '../base/index.ts';
import {
  EchoMethod,
  type EchoMethodOptions,
  NodeMethod,
  type PingEvent,
  type PingMethod,
  type PingOptions,
  type PingRun,
  ping,
  randomNonce,
} from '../icmp/index.ts';
import { preciseClock } from '../probe/index.ts';
import {
  iputilsTextFormatter,
  pingFiguresText,
  pingHistogramText,
  pingInterimText,
  pingTextFormatter,
  shortQuoteText,
} from '../report/index.ts';
import type { CommandContext } from './context.ts';
import { ExitCode } from './exit-code.ts';
import { numberOption } from './options.ts';
import type { PingArguments } from './ping-options.ts';
import { familyOf, secondsOption } from './probe-options.ts';
import { EventOutput, openTransport, withRecording } from './probe-session.ts';
import { resolveTarget, type Target } from './resolve-names.ts';
import { listenForStop } from './stop-signals.ts';
import { Control, type Output } from './text-output.ts';

const LARGEST_PAYLOAD = 65_507;
const RECORD_ROUTE_LENGTH = 40;
const DEFAULT_SIZE = 56;

export async function runPing(words: PingArguments, context: CommandContext): Promise<void> {
  const targets = await Promise.all(words.host.map((name) => resolveTarget(name, familyOf(words))));
  if (targets.length > 1 && words.pcap !== undefined) {
    throw new StackError('USAGE', '--pcap records the run of one host');
  }
  const stop = listenForStop(context.signals);
  const runs = new Set<PingRun>();
  const releaseInterim = context.signals.on(['SIGQUIT'], () => {
    for (const run of runs) context.stderr.write([Control.lineStart, pingInterimText(run.snapshot())]);
  });
  let answered = 0;
  const output = new EventOutput<PingEvent>(context, words, (event) => format(event));
  const format = createFormatter(words, context);
  try {
    await output.run(async () => {
      const all = targets.map(async (target) => {
        if (await pingOne(words, target, { context, output, runs, signal: stop.signal })) answered += 1;
      });
      try {
        await Promise.all(all);
      } finally {
        stop.stop(); // one run that fails ends the others
        await Promise.allSettled(all);
      }
    });
  } finally {
    stop.release();
    releaseInterim();
  }
  if (answered < targets.length) process.exitCode = ExitCode.noAnswer;
}

interface RunPlace {
  readonly context: CommandContext;
  readonly output: EventOutput<PingEvent>;
  readonly runs: Set<PingRun>;
  readonly signal: AbortSignal;
}

/** @returns whether the target replied */
async function pingOne(words: PingArguments, target: Target, place: RunPlace): Promise<boolean> {
  const options = pingOptions(words, target);
  const sizes = methodOptions(words, target.family);
  await using transport = await openTransport(words, {
    family: target.family,
    protocol: 'icmp',
    destination: target.address,
    zone: target.zone,
    largestMessage: 8 + (sizes.maximumSize ?? sizes.size ?? DEFAULT_SIZE),
    recordRoute: words.R,
    allowBroadcast: words.b,
    message: words['node-info'] === undefined ? (sizes.message ?? 'echo') : 'node-information',
    ...(words.D ? { pathMtu: 'do' as const } : {}),
  });
  const { identifier, name, sourceAddress } = transport.capabilities;
  if (words.v) place.context.stderr.write(`ping: by ${name}\n`);
  const method = methodFor(words, sizes, identifier);
  let isAnswered = false;
  await withRecording(words, transport, method, async (recorded) => {
    const shown =
      words.source ?? (target.family === 6 && sourceAddress !== undefined ? formatAddress(sourceAddress) : undefined);
    const run = ping(
      { transport: recorded, clock: preciseClock, method },
      { ...options, signal: place.signal, ...(shown === undefined ? {} : { source: shown }) },
    );
    place.runs.add(run);
    for await (const event of run) {
      place.output.add(event);
      if (event.type === 'summary') isAnswered = event.received > 0;
    }
    place.runs.delete(run);
  });
  return isAnswered;
}

type EchoSizes = Omit<EchoMethodOptions, 'nonce'>;

/** @param identifier the one that the transport's filter accepts */
function methodFor(words: PingArguments, sizes: EchoSizes, identifier: number | undefined): PingMethod {
  const nonce = randomNonce();
  const query = words['node-info'];
  if (query === undefined) return new EchoMethod({ ...sizes, identifier, nonce });
  const marked = identifier === undefined ? nonce : identifier * 0x1_0000 + (nonce & 0xffff);
  return new NodeMethod({ query, nonce: marked });
}

/** @throws StackError `USAGE` */
function methodOptions(words: PingArguments, family: 4 | 6): EchoSizes {
  if (family === 6 && words.M !== undefined) throw new StackError('USAGE', `-M ${words.M} is for IPv4 hosts`);
  if (family === 4 && words['node-info'] !== undefined) throw new StackError('USAGE', '--node-info is for IPv6 hosts');

  const size =
    numberOption('-g', words.g, { most: LARGEST_PAYLOAD }) ?? numberOption('-s', words.s, { most: LARGEST_PAYLOAD });
  const maximumSize = numberOption('-G', words.G, { most: LARGEST_PAYLOAD });
  return {
    family,
    ...(size === undefined ? {} : { size }),
    ...(maximumSize === undefined ? {} : { maximumSize }),
    ...(words.p === undefined ? {} : { pattern: patternOf(words.p) }),
    ...(words.M === undefined ? {} : { message: words.M === 'time' ? ('timestamp' as const) : ('mask' as const) }),
  };
}

/** @throws StackError `USAGE` */
function patternOf(text: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2}){1,16}$/.test(text)) {
    throw new StackError('USAGE', `-p takes 1 to 16 bytes in hexadecimal, not ${JSON.stringify(text)}`);
  }
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** @throws StackError `USAGE` */
function pingOptions(words: PingArguments, target: Target): PingOptions {
  const numbers: Record<string, number | undefined> = {
    count: numberOption('-c', words.c, { least: 1 }),
    interval: secondsOption('-i', words.i),
    wait: secondsOption('-W', words.W),
    deadline: secondsOption('-t', words.t),
    hopLimit: numberOption('-m', words.m, { least: 1, most: 255 }),
    preload: numberOption('-l', words.l, { most: 65_536 }),
  };
  const from = numberOption('-g', words.g, { most: LARGEST_PAYLOAD });
  const to = numberOption('-G', words.G, { least: from ?? 0, most: LARGEST_PAYLOAD });
  const step = numberOption('--sweep-step', words['sweep-step'], { least: 1 }) ?? 1;
  const sizes = to === undefined ? undefined : { from: from ?? 0, to, step };
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
  return {
    ...given,
    target: target.name,
    address: target.address,
    ...(target.zone === undefined ? {} : { zone: target.zone }),
    isFlood: words.f,
    isAdaptive: words.A,
    stopOnReply: words.o,
    anySource: words.b,
    reportSent: words.f,
    reportOutstanding: words.O,
    reportShortQuotes: words.v,
    optionsLength: words.R ? RECORD_ROUTE_LENGTH : 0,
    ...(sizes === undefined ? {} : { sizes }),
  };
}

function createFormatter(words: PingArguments, context: CommandContext): (event: PingEvent) => Output {
  const prefix = words.timestamp
    ? (event: { readonly at: number }) =>
        `[${((context.clock.wallTime() - preciseClock.now() + event.at) / 1_000).toFixed(6)}] `
    : undefined;
  const style = {
    isQuiet: words.q,
    isVerbose: words.v,
    ...(prefix === undefined ? {} : { prefix }),
  };
  const text = words.style === 'iputils' ? iputilsTextFormatter(style) : pingTextFormatter(style);
  return (event) => {
    if (event.type === 'short-quote') context.stderr.write(shortQuoteText('ping', event));
    if (event.type === 'summary') {
      const figures = words.figures ? pingFiguresText(event) : '';
      const histogram = words.histogram ? pingHistogramText(event) : '';
      return `${text(event)}${figures}${histogram}`;
    }
    const shown: Output = words.f && event.type !== 'start' ? floodMarks(event, words.q) : text(event);
    const isHeard = words.a && !words.q && event.type === 'reply' && !event.isLate;
    return isHeard ? [Control.bell, shown].flat() : shown;
  };
}

/** The marks of ping(8) -f: a dot for each probe, erased by its reply, replaced by E on an error. */
function floodMarks(event: PingEvent, isQuiet: boolean): Exclude<Output, string> {
  if (event.type === 'sent') return ['.'];
  if (isQuiet) return [];
  if (event.type === 'error') return [Control.backspace, 'E'];
  const isFirst = event.type === 'reply' && !event.isLate && !event.isDuplicate;
  return isFirst ? [Control.backspace, ' ', Control.backspace] : [];
}
