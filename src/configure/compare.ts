/**
 * Compares two snapshots, and returns the steps that turn the current state into the wanted one. The steps are repeated
 * until the states are equal (restore.ts), so a step need not care about the side effects of others. @module
 */
import {
  changeLink,
  createObject,
  createWithoutDetection,
  decodeAddress,
  deleteObject,
  interfacesOf,
  isAutomatic,
  type KernelObject,
  type Lifetime,
  needsNewLink,
  type ObjectKind,
  objectMessage,
} from '../netlink/index.ts';
import { describeObject } from './describe.ts';
import type { ConfigureHost } from './host.ts';
import { isSameMedia, writeMedia } from './media-access.ts';
import { writeMulticastRule } from './multicast-rule.ts';
import { linkName, type Snapshot } from './snapshot.ts';

/** A part of the state that is not as wanted. */
export interface Difference {
  /** `address 10.1.1.1/24 on eth0 is missing`; may contain hostile text. */
  readonly text: string;
  /** Changes of the kernel that correct it; undefined if nothing can. */
  readonly correct: ((host: ConfigureHost) => Promise<void>) | undefined;
}

export interface CompareOptions {
  /** Interfaces that did not exist in the wanted state, by name. */
  readonly created: readonly string[];
  /** False if the wanted state is known in part only: then nothing is deleted. */
  readonly isComplete: boolean;
}

/** Seconds by which lifetimes may differ: the kernel counts in whole seconds, from different starts. */
const LIFETIME_TOLERANCE = 3;
const FOREVER = 0xffff_ffff;
const AF_INET = 2;

export function compareSnapshots(wanted: Snapshot, current: Snapshot, options: CompareOptions): Difference[] {
  const names = new Map<number, string>();
  for (const { objects } of [current, wanted]) {
    for (const link of ofKind(objects, 'link')) names.set(interfacesOf(link)[0] ?? 0, linkName(link));
  }
  const pair = new Pair(wanted, current, names, options.isComplete);
  const found = [
    ...createdLinks(current, options.created),
    ...linkDifferences(pair, options.created),
    ...settingDifferences(wanted, current),
    ...addressDifferences(pair),
    ...pair.differences('qdisc'),
    ...pair.differences('nextHop'),
    ...pair.differences('route'),
    ...pair.differences('rule'),
    ...pair.differences('neighbour'),
    ...otherDifferences(wanted, current),
  ];
  // Multicast addresses follow from the rest; only sockets of programs hold others.
  return found.length === 0 ? groupDifferences(wanted, current) : found;
}

/** The objects of two snapshots, kind by kind. */
class Pair {
  readonly wanted: Snapshot;
  readonly current: Snapshot;
  readonly names: ReadonlyMap<number, string>;
  readonly #deletes: boolean;
  readonly #elapsed: number;

  constructor(wanted: Snapshot, current: Snapshot, names: ReadonlyMap<number, string>, deletes: boolean) {
    this.wanted = wanted;
    this.current = current;
    this.names = names;
    this.#deletes = deletes;
    this.#elapsed = (current.takenAt - wanted.takenAt) / 1000;
  }

  /** The objects of a kind that have not expired since the snapshot. */
  wantedOf(kind: ObjectKind): KernelObject[] {
    return ofKind(this.wanted.objects, kind).filter((object) => (this.remaining(object)?.valid ?? FOREVER) > 0);
  }

  /** What remains of the lifetime of a wanted object. */
  remaining({ lifetime }: KernelObject): Lifetime | undefined {
    const left = (seconds: number): number =>
      seconds === FOREVER ? FOREVER : Math.max(0, Math.round(seconds - this.#elapsed));
    return lifetime && { preferred: left(lifetime.preferred), valid: left(lifetime.valid) };
  }

  isSame(wanted: KernelObject, current: KernelObject): boolean {
    if (keyOf(wanted) !== keyOf(current)) return false;
    const [one, other] = [this.remaining(wanted), current.lifetime];
    if (one === undefined || other === undefined) return one === other;
    return isNear(one.valid, other.valid) && isNear(one.preferred, other.preferred);
  }

  /** The objects of a kind as two sets. */
  differences(kind: ObjectKind): Difference[] {
    return this.setDifferences(this.wantedOf(kind), ofKind(this.current.objects, kind));
  }

  setDifferences(wanted: readonly KernelObject[], current: readonly KernelObject[]): Difference[] {
    const byKey = (objects: readonly KernelObject[]) => new Map(objects.map((object) => [keyOf(object), object]));
    const [wantedByKey, currentByKey] = [byKey(wanted), byKey(current)];
    const extra = current.filter((object) => {
      const one = wantedByKey.get(keyOf(object));
      return one === undefined || !this.isSame(one, object);
    });
    const missing = wanted.filter((object) => {
      const one = currentByKey.get(keyOf(object));
      return one === undefined || !this.isSame(object, one);
    });
    return [...extra.flatMap((one) => this.extra(one)), ...missing.map((one) => this.missing(one))];
  }

  /** An object that is to be deleted. */
  extra(object: KernelObject): Difference[] {
    if (!this.#deletes || isAutomatic(object)) return []; // goes with what it follows from
    return [{ text: `${this.describe(object)} is new`, correct: send(deleteObject(object)) }];
  }

  missing(object: KernelObject, message = createObject(object, this.remaining(object))): Difference {
    const correct = isAutomatic(object) ? undefined : send(message);
    return { text: `${this.describe(object)} is missing`, correct };
  }

  describe(object: KernelObject): string {
    return describeObject(object, this.names);
  }
}

/** A payload as a key of a map. */
function keyOf({ payload }: KernelObject): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= LIFETIME_TOLERANCE;
}

function ofKind(objects: readonly KernelObject[], kind: ObjectKind): KernelObject[] {
  return objects.filter((object) => object.kind === kind);
}

function send(message: ReturnType<typeof createObject>): Difference['correct'] {
  return (host) => host.netlink.execute(message, { wanted: 'restore the state before the change' });
}

function createdLinks(current: Snapshot, created: readonly string[]): Difference[] {
  const links = ofKind(current.objects, 'link').filter((link) => created.includes(linkName(link)));
  return links.map((link) => ({ text: `interface ${linkName(link)} is new`, correct: send(deleteObject(link)) }));
}

function linkDifferences(pair: Pair, created: readonly string[]): Difference[] {
  const current = ofKind(pair.current.objects, 'link');
  return pair.wantedOf('link').flatMap((link) => {
    const [index] = interfacesOf(link);
    const now = current.find((one) => interfacesOf(one)[0] === index && !created.includes(linkName(one)));
    if (now === undefined) return pair.missing(link);
    if (pair.isSame(link, now)) return [];
    const text = `${pair.describe(link)} has other settings`;
    if (!needsNewLink(link, now)) return { text, correct: send(changeLink(link, now)) };
    return {
      text,
      async correct(host): Promise<void> {
        await send(deleteObject(now))?.(host);
        await send(createObject(link))?.(host);
      },
    };
  });
}

function settingDifferences(wanted: Snapshot, current: Snapshot): Difference[] {
  return [...wanted.settings].flatMap(([path, value]) => {
    const now = current.settings.get(path);
    if (now === value) return [];
    const shown = path.replaceAll('/', '.');
    const text = now === undefined ? `setting ${shown} is missing` : `setting ${shown} is ${now} instead of ${value}`;
    return { text, correct: async (host: ConfigureHost) => host.settings.write(path, value) };
  });
}

/**
 * The order of IPv4 addresses matters: the first of a subnet is the source of packets, and the others depend on it. So
 * all addresses from the first difference on are deleted and added again.
 */
function addressDifferences(pair: Pair): Difference[] {
  const isIpv4 = ({ payload }: KernelObject): boolean => payload[0] === AF_INET;
  const wanted = pair.wantedOf('address');
  const current = ofKind(pair.current.objects, 'address');
  const found: Difference[] = [];
  for (const index of pair.wanted.scope.interfaces) {
    const here = (object: KernelObject): boolean => isIpv4(object) && interfacesOf(object)[0] === index;
    const [before, now] = [wanted.filter(here), current.filter(here)];
    let equal = 0;
    for (const one of before) {
      const other = now[equal];
      if (other === undefined || !pair.isSame(one, other)) break;
      equal += 1;
    }
    found.push(
      ...now
        .slice(equal)
        .reverse()
        .flatMap((one) => pair.extra(one)),
    );
    found.push(...before.slice(equal).map((one) => pair.missing(one)));
  }
  return [...found, ...address6Differences(pair)];
}

/**
 * An IPv6 address that was lost is added without duplicate address detection, to be usable at once; the next round gives
 * it its flags back, in place.
 */
function address6Differences(pair: Pair): Difference[] {
  const ofIpv6 = (objects: readonly KernelObject[]) => objects.filter(({ payload }) => payload[0] !== AF_INET);
  const wanted = ofIpv6(pair.wantedOf('address'));
  const current = ofIpv6(ofKind(pair.current.objects, 'address'));
  const [wantedNames, currentNames] = [new Set(wanted.map(addressName)), new Set(current.map(addressName))];
  const found = current.filter((one) => !wantedNames.has(addressName(one))).flatMap((one) => pair.extra(one));
  // The kernel inserts a new address before the others.
  for (const one of wanted.toReversed()) {
    if (!currentNames.has(addressName(one))) {
      found.push(pair.missing(one, createWithoutDetection(one, pair.remaining(one))));
    } else if (!current.some((other) => pair.isSame(one, other))) {
      found.push({ ...pair.missing(one), text: `${pair.describe(one)} has other flags or lifetimes` });
    }
  }
  return found;
}

/** What identifies an address: the kernel changes the rest in place. */
function addressName(object: KernelObject): string {
  const found = decodeAddress(objectMessage(object));
  return found === undefined ? '' : `${found.interfaceIndex} ${found.prefixLength} ${found.address.join('.')}`;
}

function otherDifferences(wanted: Snapshot, current: Snapshot): Difference[] {
  const found: Difference[] = [];
  const { media, rejectsMulticast: rejects } = wanted;
  if (media !== undefined && (current.media === undefined || !isSameMedia(media, current.media))) {
    found.push({ text: 'media settings differ', correct: (host) => writeMedia(host, media) });
  }
  if (rejects !== undefined && current.rejectsMulticast !== rejects) {
    const text = `ARP packets from multicast senders are ${rejects ? 'accepted' : 'rejected'}`;
    found.push({ text, correct: (host) => writeMulticastRule(host, rejects) });
  }
  return found;
}

function groupDifferences(wanted: Snapshot, current: Snapshot): Difference[] {
  const missing = wanted.groups.filter((group) => !current.groups.includes(group));
  return missing.map((group) => ({
    text: `multicast membership ${group.split(' ')[1]} on interface ${group.split(' ')[0]} differs`,
    correct: undefined,
  }));
}
