/** Runs `tapline sweep`. @module */
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { resolveSweepTargets, type SweepEvent, type SweepHostsRun, sweepHosts } from '../../probe/index.ts';
import { formatSweepEvent, sweepProgressText } from '../../report/index.ts';
import { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { pauseOptimiser } from '../filter/optimiser.ts';
import { listenForStop } from '../stop-signals.ts';
import { readStandardInput, readTextFile } from '../text-input.ts';
import { Control } from '../text-output.ts';
import { EventOutput } from './event-output.ts';
import { withProbeFile } from './probe-file.ts';
import type { SweepCommand } from './sweep-options.ts';

/** Number of probes from which optimised code pays for its compilation. */
const MANY_PROBES = 16_384;
const PROGRESS_INTERVAL = 100;

export async function runSweep(command: SweepCommand, context: CommandContext): Promise<void> {
  const confinement = new Confinement(command.confinement, context);
  const { ports, interface: outgoing } = command.run;
  let unknown = 0;
  const stop = listenForStop(context);
  const output = new EventOutput<SweepEvent>(context, command.format, formatter(command));
  let alive = 0;
  let unreachable = 0;
  const protocol = ports === undefined ? 'icmp' : 'tcp';
  try {
    await output.run(async () => {
      const targets = await resolveSweepTargets(await readTargets(command), command.family, (error) => {
        unknown += 1;
        output.addUnknownHost(error);
      });
      using _optimiser = targets.size * (ports?.length ?? 1) < MANY_PROBES ? pauseOptimiser() : undefined;
      await withProbeFile({ path: command.pcap, protocol, interface: outgoing, confinement }, async (tap) => {
        const run = sweepHosts(targets, { ...command.run, ...tap, signal: stop.signal });
        using progress = new ProgressBar(context, run, command.format === 'text' && !command.isQuiet);
        for await (const events of run.batches()) {
          for (const event of events) {
            if (event.type === 'summary') {
              progress[Symbol.dispose]();
              alive = event.alive;
              unreachable = event.unreachable + event.silent;
            }
            output.add(event);
          }
        }
      });
    });
  } finally {
    stop.release();
  }
  const isGood = command.wanted === undefined ? alive > 0 || unreachable === 0 : alive >= command.wanted;
  if (unknown > 0) process.exitCode = ExitCode.noHost;
  else if (!isGood) process.exitCode = ExitCode.failure;
}

/** Reads the targets of the command line and of the file. @throws StackError `USAGE`, `FILE_OPEN` */
async function readTargets({ targets, file }: SweepCommand): Promise<string[]> {
  const texts = [...targets];
  if (file !== undefined) {
    const text = file === '-' ? await readStandardInput() : await readTextFile(file);
    for (const line of text.split('\n')) {
      const word = line.replace(/#.*/, '').trim();
      if (word !== '') texts.push(word);
    }
  }
  if (texts.length === 0) {
    throw new StackError('USAGE', 'no targets; name networks, ranges or addresses, or read them from a file with -F');
  }
  return texts;
}

function formatter({ isQuiet, listed }: SweepCommand): (event: SweepEvent) => string {
  const style = { addressesOnly: listed !== undefined && !isQuiet, ...defined({ only: listed }) };
  return (event) => (isQuiet && event.type !== 'summary' ? '' : formatSweepEvent(event, style));
}

/** Draws over itself on a terminal's standard error, and erases itself before the summary. */
class ProgressBar implements Disposable {
  readonly #context: CommandContext;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(context: CommandContext, run: SweepHostsRun, isWanted: boolean) {
    this.#context = context;
    if (!isWanted || context.stderr.columns === undefined) return;
    this.#timer = setInterval(() => {
      const counts = run.snapshot();
      if (counts !== undefined) context.stderr.write([Control.lineStart, sweepProgressText(counts)]);
    }, PROGRESS_INTERVAL);
  }

  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#context.stderr.write([Control.eraseLine]);
  }
}
