/** Parts that the plans of several edits share. @module */
import { StackError } from '../../base/errors.ts';
import type { Link } from '../../netlink/index.ts';
import { dependantsOf } from '../scope.ts';
import type { SnapshotScope } from '../snapshot.ts';

/** The change is invalid for this host. */
export function refuse(message: string, cause?: unknown): StackError {
  return new StackError('EDIT', message, { cause });
}

/** The interface and everything on top of it. */
export function scopeOf(links: readonly Link[], root: Link, others: Partial<SnapshotScope> = {}): SnapshotScope {
  const interfaces = [root, ...dependantsOf(links, root)].map(({ index }) => index);
  return { interfaces, settings: [], media: undefined, multicastRule: false, ...others };
}

/** @throws StackError `EDIT` if the interface is a port of a bridge or bond, which controls its settings */
export function refusePort(links: readonly Link[], link: Link): void {
  const master = links.find(({ index }) => index === link.masterIndex);
  if (master === undefined) return;
  const kind = master.kind ?? 'bridge';
  throw refuse(
    `${link.name} is a port of the ${kind} ${master.name}, which controls it; ` +
      `change ${master.name} instead, or remove ${link.name} from it first`,
  );
}
