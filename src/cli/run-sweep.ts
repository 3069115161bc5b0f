/** `tapline sweep` at work. @module */
import { parseAddress, StackError, systemClock } from '../base/index.ts';
import { EchoMethod, randomNonce } from '../icmp/index.ts';
import {
  type ProbeMethod,
  type ProbeTransport,
  preciseClock,
  type SweepEvent,
  type SweepRun,
  SweepTargets,
  sweep,
} from '../probe/index.ts';
import { formatSweepEvent, sweepProgressText } from '../report/index.ts';
import { SynMethod } from '../tcp/index.ts';
import type { CommandContext } from './context.ts';
import { ExitCode } from './exit-code.ts';
import { pauseOptimiser } from './optimiser.ts';
import { numberOption } from './options.ts';
import { familyOf, secondsOption } from './probe-options.ts';
import { EventOutput, isText, openTransport, withRecording } from './probe-session.ts';
import { addressText, resolveTarget } from './resolve-names.ts';
import { listenForStop } from './stop-signals.ts';
import type { SweepArguments } from './sweep-options.ts';
import { readStandardInput, readTextFile } from './text-input.ts';
import { Control } from './text-output.ts';

/** From here on optimised code pays. */
const MANY_PROBES = 16_384;
const PROGRESS_MILLISECONDS = 100;
const LARGEST_PORT = 65_535;
/** More than all ports there are is a mistake in the list. */
const MOST_PORTS = 65_535;

export async function runSweep(words: SweepArguments, context: CommandContext): Promise<void> {
  const wanted = numberOption('-x', words.x);
  const targets = await readTargets(words);
  const ports = words.p === undefined ? undefined : parsePorts(words.p);
  await using transport = await openTransport(words, {
    family: targets.family,
    protocol: ports === undefined ? 'icmp' : 'tcp',
    destination: targets.at(0),
    largestMessage: 64,
    wantsTransmitTime: false,
  });
  const method = methodFor(transport, targets.family, ports);
  const stop = listenForStop(context.signals);
  const output = new EventOutput<SweepEvent>(context, words, formatter(words));
  let alive = 0;
  let unreachable = 0;
  using _optimiser = targets.size * (ports?.length ?? 1) < MANY_PROBES ? pauseOptimiser() : undefined;
  try {
    await output.run(() =>
      withRecording(words, transport, method, async (recorded) => {
        const options = sweepOptions(words);
        const clock = options.rate === 0 ? preciseClock : systemClock; // at a rate there is time to sleep in
        const parts = { transport: recorded, method, clock };
        const run = sweep(parts, { ...options, targets, ports: ports?.length ?? 1, signal: stop.signal });
        using progress = new ProgressBar(context, run, isText(words) && !words.q);
        for await (const events of run.batches()) {
          for (const event of events) {
            if (event.type === 'summary') {
              progress[Symbol.dispose]();
              alive = event.alive;
              unreachable = event.unreachable + event.silent;
            }
            output.add(event);
          }
        }
      }),
    );
  } finally {
    stop.release();
  }
  const isGood = wanted === undefined ? alive > 0 || unreachable === 0 : alive >= wanted;
  if (!isGood) process.exitCode = ExitCode.failure;
}

/** Words of the command line and lines of the file; names are resolved. @throws StackError `USAGE`, `TARGET`, `NO_HOST` */
async function readTargets(words: SweepArguments): Promise<SweepTargets> {
  const texts = [...words.target];
  if (words.F !== undefined) {
    const text = words.F === '-' ? await readStandardInput() : await readTextFile(words.F);
    for (const line of text.split('\n')) {
      const word = line.replace(/#.*/, '').trim();
      if (word !== '') texts.push(word);
    }
  }
  if (texts.length === 0) throw new StackError('USAGE', 'which targets? networks, ranges, addresses, or a file (-F)');
  const targets = new SweepTargets();
  for (const text of texts) {
    const isName = parseAddress(text) === undefined && !/[/:]/.test(text) && /[a-z]/i.test(text);
    targets.add(isName ? addressText(await resolveTarget(text, familyOf(words))) : text);
  }
  if (targets.size === 0) throw new StackError('TARGET', 'there is no address in these targets');
  return targets;
}

/** @throws StackError `USAGE` */
function parsePorts(text: string): number[] {
  const ports: number[] = [];
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || from < 1 || to > LARGEST_PORT || from > to || ports.length + to - from >= MOST_PORTS) {
      throw new StackError('USAGE', `-p takes ports such as 22,80,8000-8010, not ${JSON.stringify(text)}`);
    }
    for (let port = from; port <= to; port += 1) ports.push(port);
  }
  return ports;
}

function methodFor(transport: ProbeTransport, family: 4 | 6, ports: readonly number[] | undefined): ProbeMethod {
  const { identifier, sourceAddress, sourcePort } = transport.capabilities;
  if (ports === undefined) return new EchoMethod({ family, nonce: randomNonce(), identifier, size: 8 });
  if (sourceAddress === undefined || sourcePort === undefined)
    throw new StackError('TRANSPORT', 'TCP probes need raw sockets');
  return new SynMethod({ family, nonce: randomNonce(), sourceAddress, sourcePort, ports });
}

/** @throws StackError `USAGE` */
function sweepOptions(words: SweepArguments) {
  const rate = numberOption('--rate', words.rate);
  const retries = numberOption('-r', words.r, { most: 100 });
  const wait = secondsOption('-w', words.w);
  return {
    reportSilent: words.u || words.json || words.ndjson,
    ...(rate === undefined ? {} : { rate }),
    ...(retries === undefined ? {} : { retries }),
    ...(wait === undefined ? {} : { wait }),
  };
}

function formatter(words: SweepArguments): (event: SweepEvent) => string {
  const isBare = words.a || words.u;
  const only = words.a === words.u ? undefined : words.a ? ('alive' as const) : ('unreachable' as const);
  return (event) => {
    if (words.q && event.type !== 'summary') return '';
    return formatSweepEvent(event, { addressesOnly: isBare && !words.q, ...(only === undefined ? {} : { only }) });
  };
}

/** On a terminal's standard error, wiped before the last lines. */
class ProgressBar implements Disposable {
  readonly #context: CommandContext;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(context: CommandContext, run: SweepRun, isWanted: boolean) {
    this.#context = context;
    if (!isWanted || context.stderr.columns === undefined) return;
    this.#timer = setInterval(
      () => context.stderr.write([Control.lineStart, sweepProgressText(run.snapshot())]),
      PROGRESS_MILLISECONDS,
    );
  }

  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#context.stderr.write([Control.eraseLine]);
  }
}
