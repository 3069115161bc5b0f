/** `tapline traceroute` at work: hops as they are known, names looked up once nothing waits for them. @module */
import { formatAddress, StackError } from '../base/index.ts';
import {
  TRACEROUTE_HOPS,
  type TracerouteEvent,
  type TracerouteHop,
  type TracerouteOptions,
  traceroute,
} from '../icmp/index.ts';
import { preciseClock } from '../probe/index.ts';
import {
  discloseTraceroute,
  formatTracerouteEvent,
  shortQuoteText,
  tracerouteDot,
  tracerouteHeader,
} from '../report/index.ts';
import type { CommandContext } from './context.ts';
import { ExitCode } from './exit-code.ts';
import { numberOption } from './options.ts';
import { openPath } from './path-session.ts';
import { readDisclosure } from './path-words.ts';
import { familyOf, secondsOption } from './probe-options.ts';
import { EventOutput, isText, withRecording } from './probe-session.ts';
import { addressText, NameCache, resolveTarget } from './resolve-names.ts';
import { listenForStop } from './stop-signals.ts';
import type { TracerouteArguments } from './traceroute-options.ts';

/** Payload that fills an Ethernet frame: 1,500 bytes less IP and the longest transport header but one. */
const ETHERNET_PAYLOAD = { 4: 1_472, 6: 1_452 } as const;
const MULTIPATH_FLOWS = 256;
const SHOWN_PER_ROUTER = 3;
/** Reference screens are called by the name that was typed. */
const TRACERT = 'tracert';

export async function runTraceroute(words: TracerouteArguments, context: CommandContext): Promise<void> {
  const isMultipath = words.paths || words.dot;
  if (words.dot && (words.json || words.ndjson)) throw new StackError('USAGE', '--dot and JSON exclude each other');
  if (words.mtu && words.P === 'tcp')
    throw new StackError('USAGE', '--mtu needs UDP or ICMP probes: SYNs have one size');
  const disclosure = await readDisclosure(words);
  const target = await resolveTarget(words.host, familyOf(words));
  const size = words.mtu ? ETHERNET_PAYLOAD[target.family] : undefined;
  const { transport, method } = await openPath(words, target, {
    protocol: words.P ?? 'udp',
    port: numberOption('-p', words.p, { least: 1, most: 65_535 }),
    isClassic: words.classic,
    size,
    flows: isMultipath ? MULTIPATH_FLOWS : 0,
    findsMtu: words.mtu,
  });
  await using _closing = transport;
  if (words.v) context.stderr.write(`${commandName()}: by ${transport.capabilities.name}\n`);
  const screen = new Screen(words, context, isMultipath);
  const output = new EventOutput<TracerouteEvent>(context, words, (event) => screen.format(event));
  const stop = listenForStop(context);
  let isReached = false;
  const hops: TracerouteHop[] = [];
  const { sourceAddress } = transport.capabilities;
  const options = {
    ...tracerouteOptions(words, size, isMultipath),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
  };
  try {
    await output.run(async () => {
      await withRecording(words, transport, method, async (recorded) => {
        const parts = { transport: recorded, method, clock: preciseClock };
        const run = traceroute(parts, {
          ...options,
          target: target.name,
          address: target.address,
          ...(target.zone === undefined ? {} : { zone: target.zone }),
          signal: stop.signal,
        });
        // Printing waits for names, the run does not wait for printing: further probes leave meanwhile.
        let printed = Promise.resolve();
        for await (const whole of run) {
          const event = discloseTraceroute(whole, disclosure);
          if (event.type === 'hop') hops.push(event);
          if (event.type === 'summary') isReached = event.isReached;
          printed = printed.then(async () => {
            if (event.type === 'hop' && isText(words)) await screen.lookNames(event);
            output.add(event);
          });
        }
        await printed;
      });
    });
  } finally {
    stop.release();
  }
  if (words.dot) {
    const isTold = sourceAddress !== undefined && disclosure.hiddenHops === 0;
    const source = isTold ? formatAddress(sourceAddress) : 'here';
    context.stdout.write(tracerouteDot(source, addressText(target), hops));
  }
  if (!isReached) process.exitCode = ExitCode.failure;
}

/** @throws StackError `USAGE` */
function tracerouteOptions(
  words: TracerouteArguments,
  size: number | undefined,
  isMultipath: boolean,
): TracerouteOptions {
  const maxHops = numberOption('-m', words.m, { least: 1, most: 255 }) ?? TRACEROUTE_HOPS;
  const numbers: Record<string, number | undefined> = {
    firstHop: numberOption('-f', words.f, { least: 1, most: maxHops }),
    maxHops,
    probes: numberOption('-q', words.q, { least: 1, most: 255 }),
    parallel: numberOption('-N', words.N, { least: 1, most: 64 }),
    gapLimit: numberOption('-g', words.g),
    wait: secondsOption('-w', words.w),
    pause: secondsOption('--pause', words.pause),
    trafficClass: numberOption('--tos', words.tos, { most: 255 }),
    size,
  };
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
  return {
    ...given,
    retry: !words['no-retry'],
    isMultipath,
    reportShortQuotes: words.v,
    ...(words.source === undefined ? {} : { source: words.source }),
  };
}

function commandName(): string {
  return process.argv.includes(TRACERT) ? TRACERT : 'traceroute';
}

/** The text screen: its header goes to standard error, as traceroute(8) does it. */
class Screen {
  readonly #words: TracerouteArguments;
  readonly #context: CommandContext;
  readonly #isMultipath: boolean;
  readonly #names = new NameCache();

  constructor(words: TracerouteArguments, context: CommandContext, isMultipath: boolean) {
    this.#words = words;
    this.#context = context;
    this.#isMultipath = isMultipath;
  }

  /** Looks up who answered. */
  async lookNames(hop: TracerouteHop): Promise<void> {
    if (this.#words.n || this.#words.dot) return;
    await this.#names.look(hop.probes.flatMap(({ answer }) => (answer === undefined ? [] : [answer.source])));
  }

  format(event: TracerouteEvent): string {
    if (event.type === 'start') {
      this.#context.stderr.write(tracerouteHeader(event, commandName()));
      return '';
    }
    if (event.type === 'short-quote') {
      this.#context.stderr.write(shortQuoteText(commandName(), event));
      return '';
    }
    if (this.#words.dot) return '';
    if (event.type === 'summary') return event.pathMtu === undefined ? '' : `path MTU ${event.pathMtu}\n`;
    const shown = this.#isMultipath && event.type === 'hop' ? groupBySource(event) : event;
    return formatTracerouteEvent(shown, {
      showLoss: this.#words.loss,
      showExtensions: this.#words.e,
      showChanges: this.#words.changes,
      showBackward: this.#words.back,
      ...(this.#words.n ? {} : { nameOf: this.#names.nameOf }),
    });
  }
}

/** Answers of one router side by side; of each router the first three are enough to see. */
function groupBySource(hop: TracerouteHop): TracerouteHop {
  const sources = new Set(hop.probes.map((probe) => probe.answer?.source));
  const probes = [...sources].flatMap((source) =>
    hop.probes.filter((probe) => probe.answer?.source === source).slice(0, SHOWN_PER_ROUTER),
  );
  return { ...hop, probes };
}
