/** Plans a change: checks it against the host, and collects what a person should know before it is made. @module */
import type { Link } from '../netlink/index.ts';
import type { Edit, Plan } from './edit.ts';
import { planAddress } from './edits/address.ts';
import { planLoopback } from './edits/loopback.ts';
import { planMedia } from './edits/media.ts';
import { planMtu } from './edits/mtu.ts';
import { planMulticast } from './edits/multicast.ts';
import { refuse } from './edits/plan-parts.ts';
import { planVlan } from './edits/vlan.ts';
import type { ConfigureHost } from './host.ts';
import type { WatchedAddress } from './journal.ts';
import { type LinkManager, managerOf } from './managers.ts';
import type { PersistentFile } from './persist/persistent-file.ts';
import { persistentFiles } from './persist/persistent-files.ts';
import { readLinks } from './scope.ts';
import { pathTo } from './session.ts';
import { gatewaysOf } from './watch.ts';

export interface PlanOptions {
  /** Writes configuration files of the manager when the change is confirmed. */
  readonly persist: boolean;
  /** Allows a change that the manager of the link may undo. */
  readonly runtimeOnly: boolean;
  /** The remote end of the session that makes the change. */
  readonly peer: string | undefined;
}

/** A plan with its surroundings. */
export interface FullPlan extends Plan {
  /** Remarks that are no risks: how long the change lasts. */
  readonly notes: readonly string[];
  readonly manager: LinkManager | undefined;
  readonly files: readonly PersistentFile[];
  /** Addresses to watch, if they answer now. */
  readonly candidates: readonly WatchedAddress[];
}

/** @throws StackError `EDIT`, `NO_INTERFACE`, NetlinkError */
export async function planEdit(host: ConfigureHost, edit: Edit, options: PlanOptions): Promise<FullPlan> {
  const links = await readLinks(host.netlink);
  const plan = await planOf(host, links, edit);
  const affected = links.filter(({ index }) => plan.scope.interfaces.includes(index));
  const manager = plan.link === undefined ? undefined : managerOf(host, plan.link);
  if (manager !== undefined && !options.persist && !options.runtimeOnly && plan.changes.length > 0) {
    throw refuse(
      `${plan.link?.name} is managed by ${manager.name} (${manager.configuration}), which may undo the change; ` +
        '--persist writes a file for it, --runtime-only changes the kernel only',
    );
  }
  const session = options.peer === undefined ? [] : await pathTo(host, links, options.peer);
  const carries = affected.some((link) => session.includes(link));
  const files = options.persist ? persistentFiles(host, links, plan, manager) : [];
  const candidates: WatchedAddress[] = [...(await gatewaysOf(host, affected))];
  if (carries && options.peer !== undefined) candidates.push({ address: options.peer, role: 'session peer' });
  return {
    ...plan,
    risks: carries
      ? [`${nameOf(plan)} carries your session from ${options.peer}: the change may cut you off`, ...plan.risks]
      : plan.risks,
    notes: options.persist ? [] : [lastingNote(manager)],
    manager,
    files,
    candidates,
  };
}

async function planOf(host: ConfigureHost, links: readonly Link[], edit: Edit): Promise<Plan> {
  switch (edit.kind) {
    case 'mtu':
      return planMtu(links, edit);
    case 'address':
      return planAddress(host, links, edit);
    case 'loopback':
      return planLoopback(host, links, edit);
    case 'vlan':
      return planVlan(links, edit);
    case 'multicast':
      return planMulticast(host, edit);
    case 'media':
      return planMedia(host, links, edit);
  }
}

function nameOf({ link }: Plan): string {
  return link?.name ?? 'an affected interface';
}

function lastingNote(manager: LinkManager | undefined): string {
  const until =
    manager === undefined ? 'the next boot' : `the next boot, or until ${manager.name} configures the link again`;
  return `the change lasts until ${until}`;
}
