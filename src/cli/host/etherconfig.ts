/** Runs `tapline etherconfig`. @module */
import { StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import {
  applyEdit,
  CONFIRM_TIME,
  type ConfigureEvent,
  type ConfigureHost,
  confirmPending,
  DEFAULT_STATE_DIRECTORY,
  type EngineParts,
  type FullPlan,
  lastOutcome,
  type Outcome,
  openConfigureHost,
  pendingStatus,
  planEdit,
  recoverPending,
  revertPending,
  sessionPeer,
  viewLoopback,
  viewMedia,
  viewMtu,
  viewMulticast,
  viewVlans,
  waitForEnd,
} from '../../configure/index.ts';
import {
  ETHERCONFIG_MENU,
  ETHERCONFIG_SUBMENUS,
  formatLoopback,
  formatMedia,
  formatMenu,
  formatMtu,
  formatMulticast,
  formatOutcome,
  formatPlan,
  formatStatus,
  formatVlans,
} from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { listenForStop } from '../stop-signals.ts';
import { askLine, isInteractive } from './ask-line.ts';
import type { EditCommand, EtherconfigCommand, EtherconfigView } from './etherconfig-options.ts';

const USAGE =
  '\nusage: tapline etherconfig OPERATION [ARGUMENT]... [OPTION]...; tapline etherconfig --help lists them\n';
const WORD = 'NOW';

export async function runEtherconfig(command: EtherconfigCommand, context: CommandContext): Promise<void> {
  const { stdout } = context;
  if (command.kind === 'menu') {
    stdout.write(formatMenu(ETHERCONFIG_MENU) + USAGE);
    return;
  }
  await using host = openConfigureHost();
  const parts = { host, directory: process.env['TAPLINE_STATE_DIR'] ?? DEFAULT_STATE_DIRECTORY };
  const show = (outcome: Outcome): void => {
    stdout.write(command.json ? `${jsonText(outcome)}\n` : formatOutcome(outcome));
  };
  switch (command.kind) {
    case 'view':
      return await showView(command.view, command.interface, command.json, host, context);
    case 'edit':
      return await runEdit(command, command.json, parts, context);
    case 'confirm':
      return show(await confirmPending(parts));
    case 'revert':
      return show(await revertPending(parts));
    case 'recover': {
      const outcome = await recoverPending(parts);
      if (outcome !== undefined) show(outcome);
      else stdout.write(command.json ? 'null\n' : 'No change waits for confirmation; nothing to restore.\n');
      return;
    }
    case 'status': {
      const pending = pendingStatus(parts.directory);
      const last = lastOutcome(parts.directory);
      stdout.write(command.json ? `${jsonText({ pending, last }, 2)}\n` : formatStatus(pending, last));
    }
  }
}

async function showView(
  view: EtherconfigView,
  name: string | undefined,
  json: boolean,
  host: ConfigureHost,
  { stdout }: CommandContext,
): Promise<void> {
  const [data, text] = await readView(view, name, host);
  if (json) stdout.write(`${jsonText(data, 2)}\n`);
  else stdout.write(`${text}\n${formatMenu(ETHERCONFIG_SUBMENUS[view.toUpperCase()] ?? [])}`);
}

async function readView(
  view: EtherconfigView,
  name: string | undefined,
  host: ConfigureHost,
): Promise<[unknown, string]> {
  switch (view) {
    case 'media': {
      const data = await viewMedia(host, name);
      return [data, formatMedia(data)];
    }
    case 'mtu': {
      const data = await viewMtu(host, name);
      return [data, formatMtu(data)];
    }
    case 'vlan': {
      const data = await viewVlans(host);
      return [data, formatVlans(data)];
    }
    case 'loopback': {
      const data = await viewLoopback(host);
      return [data, formatLoopback(data)];
    }
    case 'multicast': {
      const data = await viewMulticast(host);
      return [data, formatMulticast(data)];
    }
  }
}

async function runEdit(
  command: EditCommand,
  json: boolean,
  parts: EngineParts,
  context: CommandContext,
): Promise<void> {
  const { edit, now, persist, runtimeOnly, confirmTime = CONFIRM_TIME } = command;
  const peer = sessionPeer();
  const options = { persist, runtimeOnly, peer };
  const say = (event: ConfigureEvent): void => {
    context.stdout.write(json ? `${jsonText(eventData(event))}\n` : eventText(event));
  };
  if (command.dryRun) return say({ type: 'planned', plan: await planEdit(parts.host, edit, options) });
  if (now && !command.yes) await askForWord(await planEdit(parts.host, edit, options), context);
  for await (const event of applyEdit(parts, edit, { ...options, now, confirmTime })) {
    say(event);
    if (event.type !== 'pending' || !command.wait) continue;
    const stop = listenForStop(context);
    const outcome = await waitForEnd(parts, event.id, stop.signal).finally(() => stop.release());
    if (outcome === undefined) {
      context.stderr.write('tapline: no longer waiting; the change is rolled back unless it is confirmed\n');
      continue;
    }
    say({ type: 'ended', outcome });
    if (outcome.result !== 'confirmed') process.exitCode = ExitCode.failure;
  }
}

/** @throws StackError `USAGE` unless the word is typed */
async function askForWord(plan: FullPlan, context: CommandContext): Promise<void> {
  if (!isInteractive(context)) {
    throw new StackError('USAGE', `--now needs the word ${WORD} typed on a terminal; in scripts, add --yes`);
  }
  context.stdout.write(formatPlan(plan));
  const answer = await askLine(`Type ${WORD} to make this change without a time to confirm it: []> `, context);
  if (answer.trim() !== WORD) throw new StackError('USAGE', 'nothing was changed');
}

function eventText(event: ConfigureEvent): string {
  switch (event.type) {
    case 'planned':
      return formatPlan(event.plan);
    case 'unchanged':
      return 'Nothing to change: the host has these settings already.\n';
    case 'guarded':
      return event.watched.map(({ role, address }) => `Watching the ${role} ${address}.\n`).join('');
    case 'applied':
      return 'Applied and verified.\n';
    case 'pending':
      return `Confirm within ${event.seconds} s with \`tapline etherconfig confirm\`, or it is rolled back.\n`;
    case 'ended':
      return formatOutcome(event.outcome);
  }
}

/** The event as JSON: of a plan, only what a person or a program can use. */
function eventData(event: ConfigureEvent): unknown {
  if (event.type !== 'planned') return event;
  const { edit, title, link, changes, risks, notes, manager, files, candidates } = event.plan;
  return {
    type: 'planned',
    edit,
    title,
    interface: link?.name,
    changes,
    risks,
    notes,
    manager,
    files,
    watched: candidates,
  };
}
