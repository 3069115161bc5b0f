/** Runs `tapline mtr`: a live screen, or a report after the last round. @module */
import { defined } from '../../base/defined.ts';
import {
  type MonitorEvent,
  type MonitorHop,
  type MonitorRefused,
  type MonitorSummary,
  monitorHost,
} from '../../icmp/index.ts';
import { resolveTarget } from '../../probe/index.ts';
import {
  discloseHops,
  discloseMonitor,
  formatMtrCsv,
  formatMtrPrometheus,
  formatMtrTable,
  formatMtrXml,
  localErrorText,
} from '../../report/index.ts';
import { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { NameCache } from '../resolve-names.ts';
import { listenForStop } from '../stop-signals.ts';
import { EventOutput } from './event-output.ts';
import type { MtrCommand } from './mtr-options.ts';
import { MtrScreen } from './mtr-screen.ts';
import { withProbeFile } from './probe-file.ts';
import { readDisclosure } from './read-disclosure.ts';

const REPORT_ROUNDS = 10;

export async function runMtr(command: MtrCommand, context: CommandContext): Promise<void> {
  const confinement = new Confinement(command.confinement, context);
  const disclosure = await readDisclosure(command);
  const target = await resolveTarget(command.host, command.family);
  const isText = command.format === 'text';
  const isLive = isText && command.form === 'screen' && context.stdout.columns !== undefined;
  const stop = listenForStop(context);
  const names = new NameCache();
  const wantsNames = isText && command.resolvesNames;
  const output = new EventOutput<MonitorEvent>(context, command.format, (event) =>
    event.type === 'summary' ? reportText(command, event, names) : '',
  );
  const reported = new Set<string>();
  let isReached = false;
  const { protocol = 'icmp', interface: outgoing } = command.run;
  try {
    await output.run(() =>
      withProbeFile({ path: command.pcap, protocol, interface: outgoing, confinement }, async (tap) => {
        const count = command.run.count ?? (isLive ? undefined : REPORT_ROUNDS);
        const run = monitorHost(target, { ...command.run, ...tap, ...defined({ count }), signal: stop.signal });
        const shown = { hops: () => discloseHops(run.hops(), disclosure), reset: run.reset };
        let screen: MtrScreen | undefined;
        try {
          for await (const whole of run) {
            const event = discloseMonitor(whole, disclosure);
            if (event.type === 'start' && isLive) {
              screen = new MtrScreen(context, shown, { command, title: target.name, names, stop: stop.stop });
            }
            if (event.type === 'refused') reportRefusal(event, screen, context, reported);
            if (event.type === 'round' && wantsNames) void names.look(addressesOf(event.hops));
            if (event.type === 'summary') {
              isReached = event.isReached;
              screen?.[Symbol.dispose]();
              if (wantsNames) await names.look(addressesOf(event.hops));
            }
            output.add(event);
          }
        } finally {
          screen?.[Symbol.dispose]();
        }
      }),
    );
  } finally {
    stop.release();
  }
  if (!isReached) process.exitCode = ExitCode.failure;
}

/** Reports each reason why probes were not sent once: on the screen, or to standard error. */
function reportRefusal(
  { errorName, mtu }: MonitorRefused,
  screen: MtrScreen | undefined,
  context: CommandContext,
  reported: Set<string>,
): void {
  const text = `local error: ${localErrorText(errorName, mtu)}`;
  if (screen !== undefined) screen.note = text;
  else if (!reported.has(text)) context.stderr.write(`mtr: ${text}\n`);
  reported.add(text);
}

function addressesOf(hops: readonly MonitorHop[]): string[] {
  return hops.flatMap((hop) => hop.addresses.map(({ address }) => address));
}

function reportText(command: MtrCommand, { target, rounds, hops }: MonitorSummary, names: NameCache): string {
  if (command.form === 'csv') return formatMtrCsv(target, hops);
  if (command.form === 'xml') return formatMtrXml(target, rounds, hops);
  if (command.form === 'prometheus') return formatMtrPrometheus(target, hops);
  return formatMtrTable(hops, {
    showExtensions: command.showsExtensions,
    showOrigins: command.originFile !== undefined,
    ...defined({ columns: command.columns, nameOf: command.resolvesNames ? names.nameOf : undefined }),
  });
}
