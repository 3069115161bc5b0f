/** `tapline netstat routes` and `route-to`: routing tables, and the route to a destination. @module */
import type { Argv } from 'yargs';
import { parseAddress } from '../../base/address.ts';
import { StackError } from '../../base/errors.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
import type { HostView } from './host-view.ts';
import { NetstatGroup, type NetstatWords, parseFamilies, parseForm, refuseArguments } from './netstat-options.ts';
import { parseWatch } from './netstat-socket-options.ts';
import type { RouteForm, RoutesCommand, RouteToCommand } from './run-netstat-routes.ts';

type RoutesWords = NetstatWords &
  Parameters<typeof parseWatch>[0] &
  (ReturnType<typeof routesOptions> extends Argv<infer Words> ? Words : never);

export const routesView: HostView<RoutesWords> = {
  name: 'routes',
  title: 'Contents of routing tables.',
  async run(words, context) {
    const command = parseRoutes(words);
    const { runRoutes } = await import('./run-netstat-routes.ts');
    await runRoutes(command, context);
  },
};

export const routeToView: HostView<RoutesWords> = {
  name: 'route-to',
  async run(words, context) {
    const command = parseRouteTo(words);
    const { runRouteTo } = await import('./run-netstat-routes.ts');
    await runRouteTo(command, context);
  },
};

export function routesOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(NetstatGroup.routes);
  return command
    .option('table', value('table to show: name, number or all; default: main and the addresses of the host'))
    .option('rules', flag('show the rules that select a table, too'))
    .option('W', flag('show table, origin, metric, MTU, weight, next hop object and source', { alias: 'wide' }));
}

/** @throws StackError `USAGE` */
function parseRoutes(words: RoutesWords): RoutesCommand {
  refuseArguments('routes', words);
  allowOne(words, ['csv', 'watch']);
  return {
    form: routeForm(words),
    families: parseFamilies(words),
    table: words.table,
    withRules: words.rules,
    wide: words.W,
    numeric: words.n,
    interfaceName: words.I,
    netns: words.netns,
    interval: parseWatch(words),
    count: numberOption('-c', words.c, { least: 1 }),
  };
}

/** @throws StackError `USAGE` */
function parseRouteTo(words: RoutesWords): RouteToCommand {
  const [text, other] = words.argument;
  if (text === undefined || other !== undefined) {
    throw new StackError('USAGE', 'route-to takes one address; usage: tapline netstat route-to ADDRESS');
  }
  const destination = parseAddress(text);
  if (destination === undefined) {
    throw new StackError('USAGE', `route-to takes an IPv4 or IPv6 address, not ${JSON.stringify(text)}`);
  }
  return { form: routeForm(words), destination, interfaceName: words.I, netns: words.netns };
}

function routeForm(words: NetstatWords): RouteForm {
  const form = parseForm(words);
  return form === 'text' && words.style === 'linux' ? 'linux' : form;
}
