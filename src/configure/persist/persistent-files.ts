/** Selects the files that make a change permanent, for the program that manages the link. @module */
import type { Link } from '../../netlink/index.ts';
import type { Plan } from '../edit.ts';
import { refuse } from '../edits/plan-parts.ts';
import type { ConfigureHost } from '../host.ts';
import type { LinkManager } from '../managers.ts';
import { MULTICAST_RULESET } from '../multicast-rule.ts';
import { ifupdownFiles } from './ifupdown.ts';
import { networkManagerFiles } from './network-manager.ts';
import { networkdFiles } from './networkd.ts';
import { MARK, type PersistentFile, type WantedFile } from './persistent-file.ts';

const CONFIGURATION_MODE = 0o644;

/** @throws StackError `EDIT` if the change cannot be made permanent without changing a file of another author */
export function persistentFiles(
  host: ConfigureHost,
  links: readonly Link[],
  plan: Plan,
  manager: LinkManager | undefined,
): readonly PersistentFile[] {
  if (plan.edit.kind === 'multicast') {
    throw refuse(`--persist has no file for a packet filter rule; add it to /etc/nftables.conf: ${MULTICAST_RULESET}`);
  }
  if (manager === undefined) {
    throw refuse(
      `--persist supports systemd-networkd, NetworkManager and ifupdown; none of them manages ${plan.link?.name ?? 'this'}`,
    );
  }
  refuseOddNames(plan);
  return filesFor(host, links, plan, manager).map(({ path, text, mode = CONFIGURATION_MODE }) => {
    const before = host.readFile(path);
    if (before !== undefined && !before.startsWith(MARK)) {
      throw refuse(`${path} exists and was not written by tapline; it is left as it is`);
    }
    return { path, text: `${MARK}\n${text}`, before, mode };
  });
}

/** Names become parts of files and of shell commands (interfaces(5)). */
function refuseOddNames({ link, created }: Plan): void {
  const odd = [link?.name ?? '', ...created].find((name) => !/^[\w.-]+$/.test(name));
  if (odd === undefined) return;
  throw refuse(`--persist accepts interface names of letters, digits, "_", "." and "-", not ${JSON.stringify(odd)}`);
}

function filesFor(
  host: ConfigureHost,
  links: readonly Link[],
  plan: Plan,
  manager: LinkManager,
): readonly WantedFile[] {
  switch (manager.name) {
    case 'systemd-networkd':
      return networkdFiles(host, links, plan, manager);
    case 'NetworkManager':
      return networkManagerFiles(host, plan, manager);
    case 'ifupdown':
      return ifupdownFiles(host, plan);
  }
}
