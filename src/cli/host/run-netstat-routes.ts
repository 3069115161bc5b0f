/** Runs `tapline netstat routes` and `route-to`. @module */
import { StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import {
  findInterfaceIndex,
  findRoute,
  isOfMainTables,
  listRoutes,
  listRules,
  type RouteEntry,
  type RuleEntry,
  tableNumber,
} from '../../inspect/index.ts';
import {
  formatLinuxRoutes,
  formatRouteLookup,
  formatRoutes,
  formatRoutesCsv,
  formatRules,
} from '../../report/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { HostNames } from './host-names.ts';
import { jsonReport } from './json-report.ts';
import { repeatEvery } from './repeat.ts';
import { warnOfHosts } from './socket-warnings.ts';
import { type Host, withHost } from './with-host.ts';

export type RouteForm = 'text' | 'linux' | 'json' | 'csv';

/** A parsed command line. */
export interface RoutesCommand {
  readonly form: RouteForm;
  readonly families: readonly (4 | 6)[];
  /** `all`, a name or a number; undefined: main, and the addresses of the host. */
  readonly table: string | undefined;
  readonly withRules: boolean;
  readonly wide: boolean;
  readonly numeric: boolean;
  readonly interfaceName: string | undefined;
  readonly netns: string | undefined;
  /** Milliseconds between reports; undefined: one report. */
  readonly interval: number | undefined;
  readonly count: number | undefined;
}

export async function runRoutes(command: RoutesCommand, context: CommandContext): Promise<void> {
  const { numeric, wide, withRules, interval } = command;
  const isShown = routeFilter(command);
  const hosts = new HostNames();
  await withHost(command.netns, async (host) => {
    const report = async (): Promise<void> => {
      const { routes, rules } = await readRoutes(command, isShown, host, context);
      const ruleText = withRules ? `\nRules (IPv4, then IPv6):\n${formatRules(rules)}` : '';
      const print = {
        text: async () => {
          if (!numeric) warnOfHosts(await hosts.lookUp(namedAddresses(routes)), warnOn(context));
          return formatRoutes(routes, { numeric, wide, nameOf: hosts.hostOf }) + ruleText;
        },
        linux: () => formatLinuxRoutes(routes) + ruleText,
        json: () => jsonReport(withRules ? { routes, rules } : { routes }, interval, context),
        csv: () => formatRoutesCsv(routes),
      };
      context.stdout.write(await print[command.form]());
    };
    await report();
    if (interval !== undefined) await repeatEvery(interval, command.count, context, report);
  });
}

/** Reads the chosen routes, and the rules if they are wanted. */
async function readRoutes(
  { families, withRules }: RoutesCommand,
  isShown: (route: RouteEntry) => boolean,
  { netlink }: Host,
  context: CommandContext,
): Promise<{ readonly routes: readonly RouteEntry[]; readonly rules: readonly RuleEntry[] }> {
  const routes: RouteEntry[] = [];
  const rules: RuleEntry[] = [];
  for (const family of families) {
    const list = await listRoutes(netlink, family);
    for (const route of list.routes) if (isShown(route)) routes.push(route);
    if (!list.consistent) {
      warnOn(context)(`the IPv${family} routes changed while they were read; some may be missing or listed twice`);
    }
    if (withRules) rules.push(...(await listRules(netlink, family)));
  }
  return { routes, rules };
}

/** @throws StackError `USAGE` for an unknown table */
function routeFilter({ table, interfaceName }: RoutesCommand): (route: RouteEntry) => boolean {
  const number = table === undefined || table === 'all' ? undefined : tableNumber(table);
  if (number === undefined && table !== undefined && table !== 'all') {
    const known = 'all, a number or a name of /etc/iproute2/rt_tables';
    throw new StackError('USAGE', `--table takes ${known}, not ${JSON.stringify(table)}`);
  }
  const isOfTable = (route: RouteEntry): boolean => {
    if (number !== undefined) return route.table === number;
    return table === 'all' || isOfMainTables(route);
  };
  const isOnInterface = (route: RouteEntry): boolean =>
    interfaceName === undefined || route.nextHops.some((hop) => hop.interface === interfaceName);
  return (route) => isOfTable(route) && isOnInterface(route);
}

/** Returns the addresses that are shown by name: hosts and gateways. */
function namedAddresses(routes: readonly RouteEntry[]): string[] {
  return routes.flatMap(({ destination, family, prefixLength, nextHops }) => [
    ...(prefixLength === (family === 4 ? 32 : 128) ? [destination] : []),
    ...nextHops.flatMap(({ gateway }) => gateway ?? []),
  ]);
}

/** A parsed command line. */
export interface RouteToCommand {
  readonly form: RouteForm;
  readonly destination: Uint8Array;
  /** The interface that a packet must leave by. */
  readonly interfaceName: string | undefined;
  readonly netns: string | undefined;
}

export async function runRouteTo(command: RouteToCommand, { stdout }: CommandContext): Promise<void> {
  const { destination, interfaceName } = command;
  const result = await withHost(command.netns, async ({ netlink }) => {
    const index = interfaceName === undefined ? undefined : await findInterfaceIndex(netlink, interfaceName);
    return findRoute(netlink, destination, index);
  });
  const print = {
    text: () => formatRouteLookup(result),
    linux: () => formatLinuxRoutes([result.route]),
    json: () => `${jsonText(result, 2)}\n`,
    csv: () => formatRoutesCsv([result.route]),
  };
  stdout.write(print[command.form]());
}
