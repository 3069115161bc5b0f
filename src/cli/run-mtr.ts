/** `tapline mtr` at work: a live screen, or a report when the rounds are over. @module */
import { StackError } from '../base/index.ts';
import {
  MONITOR_HOPS,
  type MonitorEvent,
  type MonitorHop,
  type MonitorOptions,
  type MonitorRefused,
  type MonitorSummary,
  monitor,
} from '../icmp/index.ts';
import { preciseClock } from '../probe/index.ts';
import {
  discloseHops,
  discloseMonitor,
  formatMtrCsv,
  formatMtrPrometheus,
  formatMtrTable,
  formatMtrXml,
  localErrorText,
  unknownColumns,
} from '../report/index.ts';
import type { CommandContext } from './context.ts';
import { ExitCode } from './exit-code.ts';
import type { MtrArguments } from './mtr-options.ts';
import { MtrScreen } from './mtr-screen.ts';
import { allowOne, numberOption } from './options.ts';
import { openPath } from './path-session.ts';
import { readDisclosure } from './path-words.ts';
import { familyOf, secondsOption } from './probe-options.ts';
import { EventOutput, isText, withRecording } from './probe-session.ts';
import { NameCache, resolveTarget } from './resolve-names.ts';
import { listenForStop } from './stop-signals.ts';

const REPORT_ROUNDS = 10;

export async function runMtr(words: MtrArguments, context: CommandContext): Promise<void> {
  allowOne(words, ['csv', 'xml', 'prometheus', 'json', 'ndjson']);
  checkColumns(words.o);
  const disclosure = await readDisclosure(words);
  const target = await resolveTarget(words.host, familyOf(words));
  const isLive =
    isText(words) && !words.r && !words.csv && !words.xml && !words.prometheus && context.stdout.columns !== undefined;
  const { transport, method } = await openPath(words, target, {
    protocol: words.P ?? 'icmp',
    port: numberOption('-p', words.p, { least: 1, most: 65_535 }),
    isClassic: words.classic,
    size: undefined,
    flows: 0,
    findsMtu: false,
  });
  await using _closing = transport;
  const stop = listenForStop(context);
  const names = new NameCache();
  const output = new EventOutput<MonitorEvent>(context, words, (event) =>
    event.type === 'summary' ? reportText(words, event, names) : '',
  );
  const refusals = new Set<string>();
  let isReached = false;
  try {
    await output.run(() =>
      withRecording(words, transport, method, async (recorded) => {
        const parts = { transport: recorded, method, clock: preciseClock };
        const { name, address, zone } = target;
        const options = {
          ...monitorOptions(words, isLive),
          target: name,
          address,
          ...(zone === undefined ? {} : { zone }),
        };
        const run = monitor(parts, { ...options, signal: stop.signal });
        const shown = { hops: () => discloseHops(run.hops(), disclosure), reset: run.reset };
        using screen = isLive
          ? new MtrScreen(context, shown, { title: name, names, words, stop: stop.stop })
          : undefined;
        for await (const whole of run) {
          const event = discloseMonitor(whole, disclosure);
          const wantsNames = !words.n && isText(words);
          if (event.type === 'refused') tellRefusal(event, screen, context, refusals);
          if (event.type === 'round' && wantsNames) void names.look(addressesOf(event.hops));
          if (event.type === 'summary') {
            isReached = event.isReached;
            screen?.[Symbol.dispose]();
            if (wantsNames) await names.look(addressesOf(event.hops));
          }
          output.add(event);
        }
      }),
    );
  } finally {
    stop.release();
  }
  if (!isReached) process.exitCode = ExitCode.failure;
}

/** Why probes do not leave is told once, however many they are: on the screen, or to standard error. */
function tellRefusal(
  refused: MonitorRefused,
  screen: MtrScreen | undefined,
  context: CommandContext,
  told: Set<string>,
): void {
  const text = `local error: ${localErrorText(refused.errorName, refused.mtu)}`;
  if (screen !== undefined) screen.note = text;
  else if (!told.has(text)) context.stderr.write(`mtr: ${text}\n`);
  told.add(text);
}

function addressesOf(hops: readonly MonitorHop[]): string[] {
  return hops.flatMap((hop) => hop.addresses.map(({ address }) => address));
}

/** @throws StackError `USAGE` */
function checkColumns(letters: string | undefined): void {
  const unknown = unknownColumns(letters ?? '');
  if (unknown !== '')
    throw new StackError('USAGE', `-o takes letters of columns (see --help), not ${JSON.stringify(unknown)}`);
}

/** @throws StackError `USAGE` */
function monitorOptions(words: MtrArguments, isLive: boolean): MonitorOptions {
  const maxHops = numberOption('-m', words.m, { least: 1, most: 255 }) ?? MONITOR_HOPS;
  const numbers: Record<string, number | undefined> = {
    count: numberOption('-c', words.c, { least: 1 }) ?? (isLive ? undefined : REPORT_ROUNDS),
    interval: secondsOption('-i', words.i),
    wait: secondsOption('-w', words.w),
    firstHop: numberOption('-f', words.f, { least: 1, most: maxHops }),
    maxHops,
    giveUpAfter: numberOption('--give-up-after', words['give-up-after'], { least: 1 }),
  };
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
}

function reportText(words: MtrArguments, summary: MonitorSummary, names: NameCache): string {
  if (words.csv) return formatMtrCsv(summary.target, summary.hops);
  if (words.xml) return formatMtrXml(summary.target, summary.rounds, summary.hops);
  if (words.prometheus) return formatMtrPrometheus(summary.target, summary.hops);
  return formatMtrTable(summary.hops, {
    showExtensions: words.e,
    showOrigins: words['asn-file'] !== undefined,
    ...(words.o === undefined ? {} : { columns: words.o }),
    ...(words.n ? {} : { nameOf: names.nameOf }),
  });
}
