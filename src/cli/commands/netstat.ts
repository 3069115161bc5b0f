/** `tapline netstat`: sockets, interfaces, routes, listen queues and traffic of the host. @module */
import type { Argv, CommandModule } from 'yargs';
import { StackError } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { findView, type HostView, knownViews } from '../host/host-view.ts';
import { interfacesOptions, interfacesView } from '../host/netstat-interfaces.ts';
import { netstatOptions } from '../host/netstat-options.ts';
import { routesOptions, routesView, routeToView } from '../host/netstat-routes.ts';
import { socketOptions } from '../host/netstat-socket-options.ts';
import { listenQueuesView, socketsView } from '../host/netstat-sockets.ts';
import { trafficOptions, trafficView } from '../host/netstat-traffic.ts';

type NetstatArguments = ReturnType<typeof options> extends Argv<infer Words> ? Words : never;

interface NetstatView extends HostView<NetstatArguments> {
  /** Number in the menu. */
  readonly number?: number;
  /** Option that selects the view, too. */
  readonly flag?: 'i' | 'r' | 'L' | 'w';
}

/** In the order of the menu. */
const VIEWS: readonly NetstatView[] = [
  { number: 1, ...socketsView },
  { number: 2, flag: 'i', ...interfacesView },
  { number: 3, flag: 'r', ...routesView },
  { number: 4, flag: 'L', ...listenQueuesView },
  { number: 5, flag: 'w', ...trafficView },
  routeToView,
];

export function netstatCommand(context: CommandContext): CommandModule<object, NetstatArguments> {
  return {
    command: 'netstat [view] [argument..]',
    describe: 'show sockets, interfaces, routes, listen queues or traffic of the host',
    builder: options,
    async handler(words) {
      const view = chosenView(words);
      if (view === undefined) context.stdout.write(menuText());
      else await view.run(words, context);
    },
  };
}

/** Declares the shared options, then those of single views. */
function options(command: Argv) {
  return trafficOptions(routesOptions(interfacesOptions(socketOptions(netstatOptions(command)))));
}

/** @throws StackError `USAGE` for an unknown view or two views */
function chosenView(words: NetstatArguments): NetstatView | undefined {
  const flagged = VIEWS.filter(({ flag }) => flag !== undefined && Boolean(words[flag]));
  const name = words.view;
  const named = name === undefined ? undefined : (byNumber(name) ?? findView(VIEWS, name));
  const [view = named, other] = flagged;
  if (other !== undefined) throw new StackError('USAGE', `-${view?.flag} and -${other.flag} exclude each other`);
  if (view !== undefined && named !== undefined && named !== view) {
    throw new StackError('USAGE', `-${view.flag} and the view ${named.name} exclude each other`);
  }
  if (name !== undefined && named === undefined) {
    throw new StackError('USAGE', `netstat has no view ${JSON.stringify(name)}; ${knownViews(VIEWS, name)}`);
  }
  return view;
}

function byNumber(text: string): NetstatView | undefined {
  return VIEWS.find(({ number }) => String(number) === text);
}

function menuText(): string {
  const lines = VIEWS.flatMap(({ number, title }) => (title === undefined ? [] : `${number}. ${title}\n`));
  return (
    `Choose the information you want to display:\n\n${lines.join('')}\n` +
    'usage: tapline netstat NUMBER|NAME [OPTION]...; tapline netstat --help lists the options\n'
  );
}
