/** `tapline netstat routes` and `route-to`: routing tables, and the route to a destination. @module */
import type { Argv } from 'yargs';
import { parseAddress } from '../../base/address.ts';
import { StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import type { RouteEntry, RuleEntry } from '../../inspect/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { optionGroup } from '../option-group.ts';
import type { HostView } from './host-view.ts';
import { NetstatGroup, type NetstatWords, parseFamilies, parseForm, refuseArguments } from './netstat-options.ts';

type RoutesWords = NetstatWords & (ReturnType<typeof routesOptions> extends Argv<infer Words> ? Words : never);

export const routesView: HostView<RoutesWords> = {
  name: 'routes',
  title: 'Contents of routing tables.',
  async run(words, context) {
    refuseArguments('routes', words);
    const form = parseForm(words);
    const { routes, rules } = await readRoutes(words, context);
    const report = await import('../../report/index.ts');
    if (form === 'json') context.stdout.write(`${jsonText(words.rules ? { routes, rules } : { routes }, 2)}\n`);
    else if (form === 'csv') context.stdout.write(report.formatRoutesCsv(routes));
    else {
      const text =
        words.style === 'linux'
          ? report.formatLinuxRoutes(routes)
          : report.formatRoutes(routes, { numeric: words.n, wide: words.W, ...(await names(words, routes)) });
      const ruleText = words.rules ? `\nRules (IPv4, then IPv6):\n${report.formatRules(rules)}` : '';
      context.stdout.write(text + ruleText);
    }
  },
};

export const routeToView: HostView<RoutesWords> = {
  name: 'route-to',
  async run(words, context) {
    const form = parseForm(words);
    const [text, other] = words.argument;
    const destination = text === undefined ? undefined : parseAddress(text);
    if (text === undefined || other !== undefined) {
      throw new StackError('USAGE', 'route-to needs one address; usage: tapline netstat route-to ADDRESS');
    }
    if (destination === undefined) {
      throw new StackError('USAGE', `route-to takes an IPv4 or IPv6 address, not ${JSON.stringify(text)}`);
    }
    const { withHost } = await import('./with-host.ts');
    const { findRoute, findInterfaceIndex } = await import('../../inspect/index.ts');
    const report = await import('../../report/index.ts');
    const result = await withHost(words.netns, async ({ netlink }) => {
      const index = words.I === undefined ? undefined : await findInterfaceIndex(netlink, words.I);
      return findRoute(netlink, destination, index);
    });
    if (form === 'json') context.stdout.write(`${jsonText(result, 2)}\n`);
    else if (form === 'csv') context.stdout.write(report.formatRoutesCsv([result.route]));
    else if (words.style === 'linux') context.stdout.write(report.formatLinuxRoutes([result.route]));
    else context.stdout.write(report.formatRouteLookup(result));
  },
};

export function routesOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(NetstatGroup.routes);
  return command
    .option('table', value('table to show: name, number or all; default: main and the addresses of the host'))
    .option('rules', flag('show the rules that select a table, too'))
    .option('W', flag('show table, origin, metric, MTU, weight, next hop object and source', { alias: 'wide' }));
}

/** Reads the chosen routes, and the rules if they are wanted. */
async function readRoutes(
  words: RoutesWords,
  context: CommandContext,
): Promise<{ readonly routes: readonly RouteEntry[]; readonly rules: readonly RuleEntry[] }> {
  const families = parseFamilies(words);
  const { withHost } = await import('./with-host.ts');
  const { isOfMainTables, listRoutes, listRules, tableNumber } = await import('../../inspect/index.ts');
  const table = words.table === undefined || words.table === 'all' ? undefined : tableNumber(words.table);
  if (table === undefined && words.table !== undefined && words.table !== 'all') {
    throw new StackError(
      'USAGE',
      `--table takes all, a number or a name of /etc/iproute2/rt_tables, not ${JSON.stringify(words.table)}`,
    );
  }
  const isShown = (route: RouteEntry): boolean =>
    (table === undefined ? words.table === 'all' || isOfMainTables(route) : route.table === table) &&
    (words.I === undefined || route.nextHops.some((hop) => hop.interface === words.I));
  const routes: RouteEntry[] = [];
  const rules: RuleEntry[] = [];
  await withHost(words.netns, async ({ netlink }) => {
    for (const family of families) {
      const list = await listRoutes(netlink, family);
      for (const route of list.routes) if (isShown(route)) routes.push(route);
      if (!list.consistent) {
        warnOn(context)(`the IPv${family} routes changed while they were read; some may be missing or listed twice`);
      }
      if (words.rules) rules.push(...(await listRules(netlink, family)));
    }
  });
  return { routes, rules };
}

/** Looks up the names of hosts and gateways, unless `-n` is given. */
async function names({ n: isNumeric }: RoutesWords, routes: readonly RouteEntry[]) {
  if (isNumeric) return {};
  const { lookUpNames } = await import('./look-up-names.ts');
  const addresses = routes.flatMap(({ destination, family, prefixLength, nextHops }) => [
    ...(prefixLength === (family === 4 ? 32 : 128) ? [destination] : []),
    ...nextHops.flatMap(({ gateway }) => gateway ?? []),
  ]);
  return { nameOf: await lookUpNames(addresses) };
}
