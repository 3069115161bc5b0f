/** Routing rules of the host: which table routes a packet. @module */
import { formatAddress } from '../base/address.ts';
import { decodeRule, dumpRules, type NetlinkConnection, type RoutingRule, RuleAction } from '../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import { protocolName, tableName } from './route-names.ts';

/** Only JSON types, so that the list can be printed as is; undefined selectors match every packet. */
export interface RuleEntry {
  readonly family: 4 | 6;
  readonly priority: number;
  readonly isInverted: boolean;
  /** `10.0.0.0/8` */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly typeOfService: number;
  readonly mark: number | undefined;
  readonly markMask: number | undefined;
  /** Hostile text. */
  readonly inputInterface: string | undefined;
  readonly outputInterface: string | undefined;
  readonly isL3MasterDevice: boolean;
  readonly users: RoutingRule['users'];
  readonly ipProtocol: number | undefined;
  readonly sourcePorts: RoutingRule['sourcePorts'];
  readonly destinationPorts: RoutingRule['destinationPorts'];
  /** `table`, `goto`, `blackhole`; a number if it is unknown. */
  readonly action: string;
  readonly table: number | undefined;
  readonly tableName: string | undefined;
  readonly goto: number | undefined;
  readonly suppressPrefixLength: number | undefined;
  /** Origin of the rule. */
  readonly protocol: string;
}

/**
 * Lists the rules of a family in the order in which the kernel applies them. A kernel without policy routing has none.
 * @throws NetlinkError
 */
export async function listRules(netlink: NetlinkConnection, family: 4 | 6): Promise<readonly RuleEntry[]> {
  const request = dumpRules(family === 4 ? AF_INET : AF_INET6);
  const { messages } = await netlink.dump(request, { wanted: 'list routing rules' });
  return messages.flatMap((message) => {
    const rule = decodeRule(message);
    return rule === undefined ? [] : describeRule(rule);
  });
}

function describeRule(rule: RoutingRule): RuleEntry {
  const { source, sourceLength, destination, destinationLength, action, table } = rule;
  const hasTable = action === RuleAction.table && !rule.isL3MasterDevice;
  return {
    family: rule.family === AF_INET ? 4 : 6,
    priority: rule.priority,
    isInverted: rule.isInverted,
    from: source === undefined ? undefined : `${formatAddress(source)}/${sourceLength}`,
    to: destination === undefined ? undefined : `${formatAddress(destination)}/${destinationLength}`,
    typeOfService: rule.typeOfService,
    mark: rule.mark,
    markMask: rule.markMask,
    inputInterface: rule.inputInterface,
    outputInterface: rule.outputInterface,
    isL3MasterDevice: rule.isL3MasterDevice,
    users: rule.users,
    ipProtocol: rule.ipProtocol,
    sourcePorts: rule.sourcePorts,
    destinationPorts: rule.destinationPorts,
    action: ACTION_NAMES.get(action) ?? String(action),
    table: hasTable ? table : undefined,
    tableName: hasTable ? tableName(table) : undefined,
    goto: rule.goto,
    suppressPrefixLength: rule.suppressPrefixLength,
    protocol: protocolName(rule.protocol),
  };
}

const ACTION_NAMES = new Map(
  (Object.keys(RuleAction) as (keyof typeof RuleAction)[]).map((name) => [RuleAction[name] as number, name]),
);
