/**
 * Sweeps addresses that all answer: compares `tapline sweep`, fping and nmap on 4,096 addresses, and measures the
 * probes per second that one thread sends and matches on 262,142 addresses. @module
 */
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { runForOutput, runMeasured } from './program-output.ts';
import { tapline } from './tapline.ts';

/** Core of the sweeping program. The kernel of the other host answers on another core. */
const CORE = 1;
const ANSWERING_CORE = 0;
const FEW = '10.98.0.0/20';
const MANY = '10.96.0.0/14';

export interface SweepResult {
  readonly tool: string;
  readonly targets: number;
  readonly alive: number;
  /** Duration of the whole program; of the sweep alone when `perSecond` is set. */
  readonly milliseconds: number;
  /** Processor time of the whole program. */
  readonly processorMilliseconds: number;
  readonly perSecond?: number;
}

interface Sweeper {
  readonly name: string;
  readonly words: readonly string[];
  alive(output: string): number;
}

const lines = (output: string): number => output.split('\n').filter((line) => line !== '').length;

const SWEEPERS: readonly Sweeper[] = [
  {
    name: 'tapline --rate 0',
    words: tapline(['sweep', '--rate', '0', '-r', '0', '-a', FEW]),
    alive: lines,
  },
  { name: 'tapline', words: tapline(['sweep', '-a', FEW]), alive: lines },
  ...['0.001', '0.01', '0.1'].map((interval) => ({
    name: `fping -i ${interval}`,
    words: ['fping', '-g', '-a', '-q', '-r', '0', '-i', interval, FEW],
    alive: lines,
  })),
  {
    name: 'nmap -sn -PE -T5',
    words: ['nmap', '-sn', '-n', '-PE', '-T5', '-oG', '-', FEW],
    alive: (output) => output.split('Status: Up').length - 1,
  },
];

export async function benchSweep(rounds: number, onResult: (result: SweepResult) => void): Promise<SweepResult[]> {
  const results: SweepResult[] = [];
  await using lab = await createLab(twoHosts({ staticNeighbours: true }));
  await makeAnswering(lab);
  const report = (result: SweepResult): void => {
    results.push(result);
    onResult(result);
  };
  // The first run writes the code cache, which all later runs read.
  await runForOutput(lab.host('left'), CORE, SWEEPERS[0]?.words ?? []);
  for (let round = 0; round < rounds; round += 1) {
    for (const sweeper of SWEEPERS) {
      const { output, ...times } = await runMeasured(lab.host('left'), CORE, sweeper.words);
      report({ tool: sweeper.name, targets: 4_094, alive: sweeper.alive(output), ...times });
    }
    report(await sustained(lab));
  }
  return results;
}

async function sustained(lab: Lab): Promise<SweepResult> {
  const words = tapline(['sweep', '--rate', '0', '-r', '0', '-q', MANY]);
  const { output, processorMilliseconds } = await runMeasured(lab.host('left'), CORE, words);
  const counts = /(\d+) targets, (\d+) alive.* in ([\d.]+) s/.exec(output) ?? [];
  const [targets = 0, alive = 0, seconds = Number.NaN] = counts.slice(1).map(Number);
  const duration = seconds * 1_000;
  const perSecond = (alive * 1_000) / duration;
  return { tool: 'tapline, sustained', targets, alive, milliseconds: duration, processorMilliseconds, perSecond };
}

/** Makes the right host answer for 10.96.0.0/14, on a separate core (receive packet steering). */
async function makeAnswering(lab: Lab): Promise<void> {
  const steering = '/sys/class/net/eth0/queues/rx-0/rps_cpus';
  const script = `mount -t sysfs sysfs /sys && echo ${1 << ANSWERING_CORE} > ${steering}`;
  await runForOutput(lab.host('right'), CORE, ['unshare', '--mount', 'sh', '-c', script]);
  await runForOutput(lab.host('right'), CORE, ['ip', 'route', 'add', 'local', MANY, 'dev', 'lo']);
  await runForOutput(lab.host('left'), CORE, ['ip', 'route', 'add', MANY, 'via', '10.1.1.2']);
}
