/** Runs `tapline ping`: one run per host, all at the same time. @module */
import { StackError } from '../../base/errors.ts';
import { type PingEvent, type PingHostRun, pingHost } from '../../icmp/index.ts';
import { preciseClock, resolveTarget, type Target } from '../../probe/index.ts';
import {
  iputilsTextFormatter,
  pingFiguresText,
  pingHistogramText,
  pingInterimText,
  pingTextFormatter,
  shortQuoteText,
} from '../../report/index.ts';
import { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { listenForStop } from '../stop-signals.ts';
import { Control, type Output } from '../text-output.ts';
import { EventOutput } from './event-output.ts';
import type { PingCommand } from './ping-options.ts';
import { type ProbeFileOptions, withProbeFile } from './probe-file.ts';

export async function runPing(command: PingCommand, context: CommandContext): Promise<void> {
  const stop = listenForStop(context);
  const runs = new Set<PingHostRun>();
  const releaseInterim = context.signals.on(['SIGQUIT'], () => {
    for (const run of runs) {
      const summary = run.snapshot();
      if (summary !== undefined) context.stderr.write([Control.lineStart, pingInterimText(summary)]);
    }
  });
  const output = new EventOutput(context, command.format, createFormatter(command, context));
  let replied = 0;
  let unknown = 0;
  const file = { path: command.pcap, protocol: 'icmp', interface: command.run.interface } as const;
  const pingOne = (target: Target, confinement: ProbeFileOptions['confinement']): Promise<void> =>
    withProbeFile({ ...file, confinement }, async (tap) => {
      const run = pingHost(target, { ...command.run, ...tap, signal: stop.signal });
      runs.add(run);
      for await (const event of run) {
        if (event.type === 'start' && command.screen.isVerbose) {
          context.stderr.write(`ping: transport: ${run.capabilities?.name}\n`);
        }
        if (event.type === 'summary' && event.received > 0) replied += 1;
        output.add(event);
      }
      runs.delete(run);
    });
  try {
    await output.run(async () => {
      const { targets, errors } = await resolveAll(command);
      unknown = errors.length;
      for (const error of errors) output.addUnknownHost(error);
      const confinement = whenAllOpen(new Confinement(command.confinement, context), targets.length);
      const all = targets.map((target) => pingOne(target, confinement));
      try {
        await Promise.all(all);
      } finally {
        stop.stop(); // a run that fails ends the others
        await Promise.allSettled(all);
      }
    });
  } finally {
    stop.release();
    releaseInterim();
  }
  if (unknown > 0) process.exitCode = ExitCode.noHost;
  else if (replied < command.hosts.length) process.exitCode = ExitCode.noAnswer;
}

/** Resolves the hosts. Names that do not resolve are returned as errors, unless no host is left. */
async function resolveAll(command: PingCommand): Promise<{ targets: Target[]; errors: StackError[] }> {
  const results = await Promise.allSettled(command.hosts.map(async (host) => resolveTarget(host, command.family)));
  const targets: Target[] = [];
  const errors: StackError[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') targets.push(result.value);
    else if (result.reason instanceof StackError && result.reason.code === 'NO_HOST') errors.push(result.reason);
    else throw result.reason;
  }
  if (targets.length === 0 && errors[0] !== undefined) throw errors[0];
  for (const target of targets) checkFamily(command, target);
  return { targets, errors };
}

/** Returns a confinement that begins with the last of `count` calls: `--pcap`, which creates a file, allows one host. */
function whenAllOpen(confinement: Confinement, count: number): ProbeFileOptions['confinement'] {
  let missing = count;
  return {
    enter(createFiles) {
      missing -= 1;
      return missing === 0 ? confinement.enter(createFiles) : { files: createFiles() };
    },
  };
}

const MAX_PAYLOAD_IPV4 = 65_507;

/** @throws StackError `USAGE` for an option that the target's address family does not have */
function checkFamily({ run }: PingCommand, { family, name }: Target): void {
  const size = Math.max(run.size ?? 0, run.sizes?.to ?? 0);
  if (family === 4 && size > MAX_PAYLOAD_IPV4) {
    throw new StackError('USAGE', `the payload of IPv4 is limited to ${MAX_PAYLOAD_IPV4} bytes, not ${size} (-s, -G)`);
  }
  if (family === 6 && run.recordRoute === true) throw new StackError('USAGE', `-R needs an IPv4 host, not ${name}`);
  if (family === 6 && run.message !== undefined) throw new StackError('USAGE', `-M needs an IPv4 host, not ${name}`);
  if (family === 4 && run.nodeInformation !== undefined) {
    throw new StackError('USAGE', `--node-info needs an IPv6 host, not ${name}`);
  }
}

function createFormatter({ screen }: PingCommand, context: CommandContext): (event: PingEvent) => Output {
  const timeOfDay = ({ at }: { readonly at: number }): string =>
    `[${((context.clock.wallTime() - preciseClock.now() + at) / 1_000).toFixed(6)}] `;
  const style = screen.showsTimeOfDay ? { ...screen, prefix: timeOfDay } : screen;
  const text = screen.style === 'iputils' ? iputilsTextFormatter(style) : pingTextFormatter(style);
  return (event) => {
    if (event.type === 'short-quote') context.stderr.write(shortQuoteText('ping', event));
    if (event.type === 'summary') {
      const figures = screen.showsFigures ? pingFiguresText(event) : '';
      const histogram = screen.showsHistogram ? pingHistogramText(event) : '';
      return `${text(event)}${figures}${histogram}`;
    }
    const isFlood = screen.isFlood && event.type !== 'start';
    const shown: Output = isFlood ? floodMarks(event, screen.isQuiet) : text(event);
    const isHeard = screen.isAudible && !screen.isQuiet && event.type === 'reply' && !event.isLate;
    return isHeard ? [Control.bell, shown].flat() : shown;
  };
}

/** The marks of ping(8) -f: a dot for each probe, erased by its reply, replaced by E on an error. */
function floodMarks(event: PingEvent, isQuiet: boolean): Exclude<Output, string> {
  if (event.type === 'sent') return ['.'];
  if (isQuiet) return [];
  if (event.type === 'error') return [Control.backspace, 'E'];
  const isFirst = event.type === 'reply' && !event.isLate && !event.isDuplicate;
  return isFirst ? [Control.backspace, ' ', Control.backspace] : [];
}
