/** How long other processes have been on a processor. @module */
import { clock_gettime } from '../../src/sys/libc.ts';

/** `CPUCLOCK_SCHED` of linux/posix-timers_types.h: what the scheduler counts, which no tick rounds. */
const SCHEDULER_TIME = 2;

const time = new BigInt64Array(2);

/**
 * Nanoseconds that the process `pid` has been on a processor, user and system mode, all its threads, also those that have
 * ended: its clock of clock_getcpuclockid(3). (schedstat of proc(5) forgets ended threads, stat counts ticks of 10 ms.)
 * Undefined once the process has ended.
 */
export function processorTime(pid: number): number | undefined {
  if (clock_gettime((~pid << 3) | SCHEDULER_TIME, time) !== 0) return undefined;
  const [seconds = 0n, nanoseconds = 0n] = time;
  return Number(seconds) * 1e9 + Number(nanoseconds);
}
