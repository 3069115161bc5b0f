/** Runs `tapline traceroute`: prints each hop once it is complete and its names are looked up. @module */
import { formatAddress } from '../../base/address.ts';
import { type TracerouteEvent, type TracerouteHop, traceHost } from '../../icmp/index.ts';
import { resolveTarget } from '../../probe/index.ts';
import {
  discloseTraceroute,
  formatTracerouteEvent,
  shortQuoteText,
  tracerouteDot,
  tracerouteHeader,
} from '../../report/index.ts';
import { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { NameCache } from '../resolve-names.ts';
import { listenForStop } from '../stop-signals.ts';
import { EventOutput } from './event-output.ts';
import { withProbeFile } from './probe-file.ts';
import { readDisclosure } from './read-disclosure.ts';
import type { TracerouteCommand } from './traceroute-options.ts';

/** Replies of one router that a search for all paths prints. */
const MAX_SHOWN_PER_ROUTER = 3;
/** The name that the reference document calls. */
const TRACERT = 'tracert';

export async function runTraceroute(command: TracerouteCommand, context: CommandContext): Promise<void> {
  const confinement = new Confinement(command.confinement, context);
  const disclosure = await readDisclosure(command);
  const target = await resolveTarget(command.host, command.family);
  const screen = new Screen(command, context);
  const output = new EventOutput<TracerouteEvent>(context, command.format, (event) => screen.format(event));
  const stop = listenForStop(context);
  const hops: TracerouteHop[] = [];
  let isReached = false;
  let source = 'here';
  const { protocol = 'udp', interface: outgoing } = command.run;
  try {
    await output.run(() =>
      withProbeFile({ path: command.pcap, protocol, interface: outgoing, confinement }, async (tap) => {
        const run = traceHost(target, { ...command.run, ...tap, signal: stop.signal });
        // Only printing waits for names, which are looked up at once. The run continues meanwhile.
        let printed = Promise.resolve();
        for await (const whole of run) {
          const event = discloseTraceroute(whole, disclosure);
          if (event.type === 'start') {
            if (command.isVerbose) context.stderr.write(`${commandName()}: transport: ${run.capabilities?.name}\n`);
            const { sourceAddress } = run.capabilities ?? {};
            if (sourceAddress !== undefined && disclosure.hiddenHops === 0) source = formatAddress(sourceAddress);
          } else if (event.type === 'hop') hops.push(event);
          else if (event.type === 'summary') isReached = event.isReached;
          const names = event.type === 'hop' && command.format === 'text' ? screen.lookUpNames(event) : undefined;
          printed = printed.then(async () => {
            await names;
            output.add(event);
          });
        }
        await printed;
      }),
    );
  } finally {
    stop.release();
  }
  if (command.isGraph) context.stdout.write(tracerouteDot(source, formatAddress(target.address), hops));
  if (!isReached) process.exitCode = ExitCode.failure;
}

function commandName(): string {
  return process.argv.includes(TRACERT) ? TRACERT : 'traceroute';
}

/** The text output. Its header goes to standard error, as that of traceroute(8) does. */
class Screen {
  readonly #command: TracerouteCommand;
  readonly #context: CommandContext;
  readonly #names = new NameCache();

  constructor(command: TracerouteCommand, context: CommandContext) {
    this.#command = command;
    this.#context = context;
  }

  async lookUpNames(hop: TracerouteHop): Promise<void> {
    if (!this.#command.resolvesNames || this.#command.isGraph) return;
    await this.#names.look(hop.probes.flatMap(({ answer }) => (answer === undefined ? [] : [answer.source])));
  }

  format(event: TracerouteEvent): string {
    const { isGraph, resolvesNames, run, showsLoss, showsExtensions, showsChanges, showsBackward } = this.#command;
    if (event.type === 'start') {
      this.#context.stderr.write(tracerouteHeader(event, commandName()));
      return '';
    }
    if (event.type === 'short-quote') {
      this.#context.stderr.write(shortQuoteText(commandName(), event));
      return '';
    }
    if (event.type === 'summary' && event.isGapReached) {
      this.#context.stderr.write(`${commandName()}: stopped at hop ${event.hops}: gap limit reached (-g)\n`);
    }
    if (isGraph) return '';
    if (event.type === 'summary') return event.pathMtu === undefined ? '' : `path MTU ${event.pathMtu}\n`;
    return formatTracerouteEvent(run.isMultipath === true ? groupBySource(event) : event, {
      showLoss: showsLoss,
      showExtensions: showsExtensions,
      showChanges: showsChanges,
      showBackward: showsBackward,
      ...(resolvesNames ? { nameOf: this.#names.nameOf } : {}),
    });
  }
}

/** Groups the replies of each router, and keeps the first few. */
function groupBySource(hop: TracerouteHop): TracerouteHop {
  const sources = new Set(hop.probes.map((probe) => probe.answer?.source));
  const probes = [...sources].flatMap((source) =>
    hop.probes.filter((probe) => probe.answer?.source === source).slice(0, MAX_SHOWN_PER_ROUTER),
  );
  return { ...hop, probes };
}
