/** Reads the processor time of other processes. @module */
import { clock_gettime } from '../../src/sys/libc.ts';

/** `CPUCLOCK_SCHED` of linux/posix-timers_types.h: the scheduler's count, which is not rounded to ticks. */
const SCHEDULER_TIME = 2;

const time = new BigInt64Array(2);

/**
 * Returns the processor time of process `pid` in nanoseconds: user and system mode of all its threads, ended ones
 * included, from its clock of clock_getcpuclockid(3). (schedstat of proc(5) omits ended threads, stat counts ticks of
 * 10 ms.) Returns undefined when the process has ended.
 */
export function processorTime(pid: number): number | undefined {
  if (clock_gettime((~pid << 3) | SCHEDULER_TIME, time) !== 0) return undefined;
  const [seconds = 0n, nanoseconds = 0n] = time;
  return Number(seconds) * 1e9 + Number(nanoseconds);
}
