/** `tapline netstat traffic`: packets, bytes and drops per interval. @module */
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import type { TrafficReport } from '../../report/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
import { listenForStop } from '../stop-signals.ts';
import type { HostView } from './host-view.ts';
import { NetstatGroup, type NetstatWords, parseForm, refuseArguments } from './netstat-options.ts';
import { onInterface } from './on-interface.ts';
import type { Host } from './with-host.ts';

type TrafficWords = NetstatWords & (ReturnType<typeof trafficOptions> extends Argv<infer Words> ? Words : never);

/** Seconds. A shorter interval measures mostly itself. */
const LEAST_INTERVAL = 0.01;
const DEFAULT_INTERVAL = 1;

interface TrafficCommand {
  /** Undefined: all interfaces. */
  readonly interfaceName: string | undefined;
  /** Milliseconds. */
  readonly interval: number;
  /** Number of intervals; undefined: until it is stopped. */
  readonly count: number | undefined;
  readonly form: 'text' | 'rates' | 'json' | 'csv';
  /** Prints a line per interface. */
  readonly each: boolean;
}

export const trafficView: HostView<TrafficWords> = {
  name: 'traffic',
  title: 'Packet traffic information.',
  async run(words, context) {
    const command = parseTraffic(words);
    const { withHost } = await import('./with-host.ts');
    await withHost(words.netns, (host) => runTraffic(command, host, context));
  },
};

export function trafficOptions<T>(command: Argv<T>) {
  const { flag } = optionGroup(NetstatGroup.traffic);
  return command
    .option('rates', flag('print packets and bits per second'))
    .option('each', flag('print a line per interface, then the total; implies --rates'));
}

/** @throws StackError `USAGE` */
function parseTraffic(words: TrafficWords): TrafficCommand {
  refuseArguments('traffic', words);
  const form = parseForm(words);
  const isRates = words.rates || words.each;
  allowOne({ ...words, rates: isRates }, ['json', 'csv', 'rates']);
  const bounds = { least: LEAST_INTERVAL, fraction: true };
  return {
    interfaceName: words.I,
    interval: (numberOption('-w', words.w, bounds) ?? DEFAULT_INTERVAL) * 1_000,
    count: numberOption('-c', words.c, { least: 1 }),
    form: isRates ? 'rates' : form,
    each: words.each,
  };
}

async function runTraffic(command: TrafficCommand, { netlink }: Host, context: CommandContext): Promise<void> {
  const { readInterfaceCounters, totalTraffic, trafficBetween } = await import('../../inspect/index.ts');
  const { interval, interfaceName, count = Number.POSITIVE_INFINITY } = command;
  const { clock, stdout } = context;
  const print = await createPrinter(command);
  const stop = listenForStop(context);
  try {
    let before = onInterface(await readInterfaceCounters(netlink), interfaceName);
    let then = clock.now();
    // Each interval ends at a multiple of its duration, so that delays do not add up.
    const started = then;
    for (let number = 1; number <= count && !stdout.closed; number += 1) {
      await clock.sleep(started + number * interval - clock.now(), stop.signal);
      if (stop.signal.aborted) break;
      const after = await readInterfaceCounters(netlink);
      const now = clock.now();
      const chosen = interfaceName === undefined ? after : after.filter(({ name }) => name === interfaceName);
      if (chosen.length === 0) throw new StackError('INTERFACE_GONE', `the interface ${interfaceName} was removed`);
      const interfaces = trafficBetween(before, chosen);
      const total = totalTraffic(interfaces);
      for (const { name, isReset } of interfaces) {
        if (isReset) warnOn(context)(`the counters of ${name} restarted from zero; the line shows those since then`);
      }
      stdout.write(print({ time: clock.wallTime() / 1_000, seconds: (now - then) / 1_000, interfaces, total }));
      before = chosen;
      then = now;
    }
  } finally {
    stop.release();
  }
}

/** Returns a function that formats an interval, with titles where they are due. */
async function createPrinter({
  form,
  each,
  interfaceName,
}: TrafficCommand): Promise<(report: TrafficReport) => string> {
  const report = await import('../../report/index.ts');
  if (form === 'json') return (traffic) => `${jsonText(report.trafficToJson(traffic))}\n`;
  const { titles, lines }: { titles: () => string; lines: (traffic: TrafficReport) => string } =
    form === 'csv'
      ? { titles: report.trafficCsvTitles, lines: report.trafficCsvLines }
      : form === 'rates'
        ? {
            titles: report.trafficRateBanner,
            lines: ({ interfaces, total, seconds }) =>
              [...(each ? interfaces : []), { name: interfaceName ?? '(Total)', ...total }]
                .map((one) => report.trafficRateLine(one.name, one, seconds))
                .join(''),
          }
        : {
            titles: () => report.trafficBanner(interfaceName),
            lines: ({ total }) => report.trafficLine(total),
          };
  // CSV has its titles once.
  let left = 0;
  return (traffic) => {
    const isDue = left <= 0;
    if (isDue) left = form === 'csv' ? Number.POSITIVE_INFINITY : report.LINES_PER_BANNER;
    left -= 1;
    return (isDue ? titles() : '') + lines(traffic);
  };
}
