/**
 * Measures how long a capture takes from its start until it listens, and its memory then and a second later: tapline,
 * tcpdump, and Node without a program. @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createLab, type LabHost, twoHosts } from '../../src/lab/index.ts';
import { BenchFolder } from '../support/bench-folder.ts';
import { plainEnvironment } from './environment.ts';
import { pause } from './lab-program.ts';
import { processorTime } from './processor-clock.ts';
import { tapline } from './tapline.ts';

const ROUNDS = 15;
const CORE = 1;
const READY = 'listening on';
/** Milliseconds until the idle memory is read. */
const IDLE = 1_000;

/** Medians of all rounds. */
export interface StartResult {
  readonly program: string;
  /** From spawn to `listening on`, and the least of all rounds: other work on the machine only adds to it. */
  readonly milliseconds: number;
  readonly leastMilliseconds: number;
  /** User plus system time until then. */
  readonly processorMilliseconds: number;
  /** Resident memory in MiB: the maximum until then, and after a second without traffic. */
  readonly peakMebibytes: number;
  readonly idleMebibytes: number;
}

type Start = Omit<StartResult, 'program' | 'leastMilliseconds'>;

/** Prints what a capture prints, and waits. */
const BARE_NODE = [process.execPath, '-e', `fs.writeSync(2, '${READY}'); setInterval(() => {}, 1e6)`];
const LIVE = ['-n', '-i', 'eth0'];

/** Command lines by their names in the results. @param file a name for the file of `-w` */
function programs(file: string): Readonly<Record<string, readonly string[]>> {
  return {
    'node -e': BARE_NODE,
    tcpdump: ['tcpdump', ...LIVE],
    'tcpdump -w': ['tcpdump', ...LIVE, '-Z', 'root', '-w', file],
    'tcpdump -B 131072': ['tcpdump', ...LIVE, '-B', '131072'],
    'tapline capture': tapline(['capture', ...LIVE]),
    'tapline capture -w': tapline(['capture', ...LIVE, '-w', file]),
    'tapline capture -B 128': tapline(['capture', ...LIVE, '-B', '128']),
  };
}

/** Starts each program once without counting, for the code cache, then all in turn. */
export async function benchStart(report: (result: StartResult) => void): Promise<StartResult[]> {
  using folder = new BenchFolder();
  await using lab = await createLab(twoHosts());
  const all = Object.entries(programs(folder.file('capture.pcap')));
  const starts = new Map<string, Start[]>(all.map(([program]) => [program, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [program, words] of all) {
      const start = await measureStart(lab.host('left'), words);
      if (round > 0) starts.get(program)?.push(start);
    }
  }
  return [...starts].map(([program, measured]) => {
    const result = summarize(program, measured);
    report(result);
    return result;
  });
}

/** @throws Error when the program ends before it listens */
async function measureStart(host: LabHost, words: readonly string[]): Promise<Start> {
  const started = performance.now();
  const child = host.run(() =>
    spawn('taskset', ['-c', String(CORE), ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: plainEnvironment(),
    }),
  );
  const ended = once(child, 'close');
  const pid = child.pid ?? 0;
  let errors = '';
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
      if (errors.includes(READY)) resolve();
    });
  });
  await Promise.race([ready, ended]);
  const milliseconds = performance.now() - started;
  if (!errors.includes(READY)) throw new Error(`${words.join(' ')} did not print "${READY}": ${errors}`);
  const processorMilliseconds = (processorTime(pid) ?? Number.NaN) / 1e6;
  const peakMebibytes = memoryOf(pid, 'VmHWM');
  await pause(IDLE);
  const idleMebibytes = memoryOf(pid, 'VmRSS');
  child.kill('SIGINT');
  await ended;
  return { milliseconds, processorMilliseconds, peakMebibytes, idleMebibytes };
}

/** Returns MiB, from /proc/PID/status (proc(5)). */
function memoryOf(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}

function summarize(program: string, starts: readonly Start[]): StartResult {
  const medianOf = (field: keyof Start): number => median(starts.map((start) => start[field]));
  return {
    program,
    milliseconds: medianOf('milliseconds'),
    leastMilliseconds: Math.min(...starts.map(({ milliseconds }) => milliseconds)),
    processorMilliseconds: medianOf('processorMilliseconds'),
    peakMebibytes: medianOf('peakMebibytes'),
    idleMebibytes: medianOf('idleMebibytes'),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
