/** `tapline netstat traffic`: packets, bytes and drops per interval. @module */
import type { Argv } from 'yargs';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
import type { HostView } from './host-view.ts';
import { NetstatGroup, type NetstatWords, parseForm, refuseArguments } from './netstat-options.ts';
import type { TrafficCommand } from './run-netstat-traffic.ts';

type TrafficWords = NetstatWords & (ReturnType<typeof trafficOptions> extends Argv<infer Words> ? Words : never);

/** Seconds. A shorter interval measures mostly itself. */
const LEAST_INTERVAL = 0.01;
const DEFAULT_INTERVAL = 1;

export const trafficView: HostView<TrafficWords> = {
  name: 'traffic',
  title: 'Packet traffic information.',
  async run(words, context) {
    const command = parseTraffic(words);
    const { runTraffic } = await import('./run-netstat-traffic.ts');
    await runTraffic(command, context);
  },
};

export function trafficOptions<T>(command: Argv<T>) {
  const { flag } = optionGroup(NetstatGroup.traffic);
  return command
    .option('rates', flag('print packets and bits per second'))
    .option('each', flag('print the rates of each interface, then the total'));
}

/** @throws StackError `USAGE` */
function parseTraffic(words: TrafficWords): TrafficCommand {
  refuseArguments('traffic', words);
  const form = parseForm(words);
  allowOne(words, ['json', 'csv', 'rates']);
  allowOne(words, ['json', 'csv', 'each']);
  const bounds = { least: LEAST_INTERVAL, fraction: true };
  return {
    form: words.each ? 'each' : words.rates ? 'rates' : form,
    interfaceName: words.I,
    interval: (numberOption('-w', words.w, bounds) ?? DEFAULT_INTERVAL) * 1_000,
    count: numberOption('-c', words.c, { least: 1 }) ?? Number.POSITIVE_INFINITY,
    netns: words.netns,
  };
}
