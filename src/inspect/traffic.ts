/** Traffic of interfaces in an interval, from two readings of their counters. @module */
import type { CounterReading } from './interface-counters.ts';

/** Counters of an interval. */
export interface TrafficCounts {
  readonly inputPackets: number;
  readonly inputErrors: number;
  readonly inputDrops: number;
  readonly inputBytes: number;
  readonly outputPackets: number;
  readonly outputErrors: number;
  readonly outputBytes: number;
  readonly collisions: number;
  /** Outgoing packets dropped by the driver and the queueing discipline. */
  readonly outputDrops: number;
}

/** Traffic of an interface in an interval. */
export interface InterfaceTraffic extends TrafficCounts {
  /** Hostile text. */
  readonly name: string;
  /** The counters restarted from zero in the interval: the interface was created again, or its driver was reset. */
  readonly isReset: boolean;
}

/** Returns the traffic of each interface of `after`; an interface that `before` lacks has had all its traffic since. */
export function trafficBetween(
  before: readonly CounterReading[],
  after: readonly CounterReading[],
): InterfaceTraffic[] {
  const earlier = new Map(before.map((reading) => [reading.name, reading]));
  return after.map((reading) => trafficOf(earlier.get(reading.name), reading));
}

/** Returns the sum of several interfaces. */
export function totalTraffic(all: readonly TrafficCounts[]): TrafficCounts {
  const total = { ...NOTHING };
  for (const one of all) for (const name of COUNT_NAMES) total[name] += one[name];
  return total;
}

const NOTHING = {
  inputPackets: 0,
  inputErrors: 0,
  inputDrops: 0,
  inputBytes: 0,
  outputPackets: 0,
  outputErrors: 0,
  outputBytes: 0,
  collisions: 0,
  outputDrops: 0,
};
const COUNT_NAMES = Object.keys(NOTHING) as (keyof TrafficCounts)[];

function trafficOf(before: CounterReading | undefined, after: CounterReading): InterfaceTraffic {
  const now = countsOf(after);
  const { name } = after;
  if (before === undefined) return { name, ...now, isReset: false };
  const then = countsOf(before);
  const changes: Record<keyof TrafficCounts, number> = { ...NOTHING };
  let isReset = before.index !== after.index;
  for (const count of COUNT_NAMES) {
    changes[count] = increase(then[count], now[count]);
    isReset ||= changes[count] < 0;
  }
  return isReset ? { name, ...now, isReset } : { name, ...changes, isReset };
}

/** Counters of some drivers have 32 bits and wrap. A fall by more than half of that is a wrap, any other a reset. */
const WRAP = 2 ** 32;

function increase(before: number, after: number): number {
  const change = after - before;
  return change < -WRAP / 2 && before < WRAP ? change + WRAP : change;
}

function countsOf({ statistics, inputDrops, outputDrops }: CounterReading): TrafficCounts {
  const { rxPackets, rxErrors, rxBytes, txPackets, txErrors, txBytes, collisions } = statistics;
  return {
    inputPackets: rxPackets,
    inputErrors: rxErrors,
    inputDrops,
    inputBytes: rxBytes,
    outputPackets: txPackets,
    outputErrors: txErrors,
    outputBytes: txBytes,
    collisions,
    outputDrops,
  };
}
