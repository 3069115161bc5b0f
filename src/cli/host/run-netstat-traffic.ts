/** Runs `tapline netstat traffic`. @module */
import { StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import { readInterfaceCounters, totalTraffic, trafficBetween } from '../../inspect/index.ts';
import {
  LINES_PER_BANNER,
  type TrafficReport,
  trafficBanner,
  trafficCsvLines,
  trafficCsvTitles,
  trafficLine,
  trafficRateBanner,
  trafficRateLine,
  trafficToJson,
} from '../../report/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { listenForStop } from '../stop-signals.ts';
import { onInterface } from './on-interface.ts';
import { type Host, withHost } from './with-host.ts';

/** A parsed command line. */
export interface TrafficCommand {
  /** `each`: rates of each interface. */
  readonly form: 'text' | 'rates' | 'each' | 'json' | 'csv';
  /** Undefined: all interfaces. */
  readonly interfaceName: string | undefined;
  /** Milliseconds. */
  readonly interval: number;
  /** Number of intervals. */
  readonly count: number;
  readonly netns: string | undefined;
}

export async function runTraffic(command: TrafficCommand, context: CommandContext): Promise<void> {
  const stop = listenForStop(context);
  const print = createPrinter(command);
  const warn = warnOn(context);
  try {
    await withHost(command.netns, async (host) => {
      for await (const report of measure(command, host, context, stop.signal)) {
        context.stdout.write(print(report));
        for (const { name, isReset } of report.interfaces) {
          if (isReset) warn(`the counters of ${name} restarted from zero; this interval shows those since then`);
        }
        if (context.stdout.closed) break;
      }
    });
  } finally {
    stop.release();
  }
}

/** Yields the traffic of each interval until `signal` is aborted. */
async function* measure(
  { interval, interfaceName, count }: TrafficCommand,
  { netlink }: Host,
  { clock }: CommandContext,
  signal: AbortSignal,
): AsyncGenerator<TrafficReport, void, undefined> {
  let before = onInterface(await readInterfaceCounters(netlink), interfaceName);
  let then = clock.now();
  const started = then;
  for (let number = 1; number <= count; number += 1) {
    // Each interval ends at a multiple of its duration, so that delays do not add up.
    await clock.sleep(started + number * interval - clock.now(), signal);
    if (signal.aborted) return;
    const all = await readInterfaceCounters(netlink);
    const now = clock.now();
    const after = interfaceName === undefined ? all : all.filter(({ name }) => name === interfaceName);
    if (after.length === 0) throw new StackError('INTERFACE_GONE', `the interface ${interfaceName} was removed`);
    const interfaces = trafficBetween(before, after);
    yield {
      time: clock.wallTime() / 1_000,
      seconds: (now - then) / 1_000,
      interfaces,
      total: totalTraffic(interfaces),
    };
    before = after;
    then = now;
  }
}

/** Titles, the lines of an interval, and the number of intervals between titles. */
interface Layout {
  readonly titles: () => string;
  readonly lines: (report: TrafficReport) => string;
  readonly repeat: number;
}

/** Returns a function that formats an interval, with titles when they are due. */
function createPrinter(command: TrafficCommand): (report: TrafficReport) => string {
  const { titles, lines, repeat } = layoutOf(command);
  let printed = 0;
  return (report) => {
    const isDue = printed % repeat === 0;
    printed += 1;
    return (isDue ? titles() : '') + lines(report);
  };
}

function layoutOf({ form, interfaceName }: TrafficCommand): Layout {
  const rates: Layout = {
    titles: trafficRateBanner,
    lines: ({ total, seconds }) => trafficRateLine(interfaceName ?? '(Total)', total, seconds),
    repeat: LINES_PER_BANNER,
  };
  const layouts: Readonly<Record<TrafficCommand['form'], Layout>> = {
    text: {
      titles: () => trafficBanner(interfaceName),
      lines: ({ total }) => trafficLine(total),
      repeat: LINES_PER_BANNER,
    },
    rates,
    each: {
      ...rates,
      lines: (report) =>
        report.interfaces.map((one) => trafficRateLine(one.name, one, report.seconds)).join('') + rates.lines(report),
      repeat: 1,
    },
    json: {
      titles: () => '',
      lines: (report) => `${jsonText(trafficToJson(report))}\n`,
      repeat: 1,
    },
    csv: { titles: trafficCsvTitles, lines: trafficCsvLines, repeat: Number.POSITIVE_INFINITY },
  };
  return layouts[form];
}
