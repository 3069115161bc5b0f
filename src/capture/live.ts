/** `openLive`: captures on interfaces. @module */
import { defined } from '../base/defined.ts';
import { findDevice } from './device.ts';
import type { FanoutGroup, LiveOptions, LiveSource } from './live-source.ts';
import { type MergedSource, type MergeOptions, mergeSources } from './merge/merged-source.ts';
import { RingSource } from './ring/ring-source.ts';

/** Milliseconds until a partially filled block is delivered; frames of other interfaces may have to wait for it. */
const MERGED_BLOCK_TIMEOUT = 20;

/** An interface of a capture on several, with options of its own. */
export interface LiveInterface extends LiveOptions {
  readonly interfaceName: string;
}

/**
 * Opens an interface, or all of them for `any`. The ring fills from here on.
 * @throws FilterError if `filter` is invalid for the link type
 * @throws StackError `PRIVILEGE` without CAP_NET_RAW, `NO_INTERFACE`, `MEMORY`
 * @throws SyscallError `SYSCALL`
 */
export function openLive(interfaceName: string, options: LiveOptions = {}): LiveSource {
  const device = findDevice(interfaceName);
  return new RingSource(device, options);
}

/**
 * Opens several interfaces of any link types as one source in order of time; `any` may be one of them. When an
 * interface is removed, the others continue. Frames wait in their rings for each other, up to some tens of
 * milliseconds, which the rings must be able to hold.
 * @throws as `openLive`; nothing stays open then
 */
export function openLiveMany(interfaces: readonly LiveInterface[], options: MergeOptions = {}): MergedSource {
  const poison = interfaces.some((live) => live.poison === true);
  return openMerged(interfaces, () => ({}), { poison, ...options });
}

/** Several rings on one interface. */
export interface RingSharing {
  /** 1 to 256. */
  readonly rings: number;
  readonly mode: FanoutGroup['mode'];
}

/**
 * Opens one interface with several rings, so that the CPUs of the kernel need not wait for each other, as one source in
 * order of time. To read each ring in a thread of its own, call `openLive` with `fanout` there.
 * @throws as `openLive`; nothing stays open then
 */
export function openShared(
  live: LiveInterface,
  { rings, mode }: RingSharing,
  options: MergeOptions = {},
): MergedSource {
  const fanoutOf = (first?: LiveSource): LiveOptions => ({ fanout: { mode, ...defined({ id: first?.fanoutId }) } });
  return openMerged(Array<LiveInterface>(rings).fill(live), fanoutOf, { poison: live.poison === true, ...options });
}

/** @param extra options that depend on the source opened first */
function openMerged(
  interfaces: readonly LiveInterface[],
  extra: (first?: LiveSource) => LiveOptions,
  options: MergeOptions,
): MergedSource {
  const opened: LiveSource[] = [];
  try {
    for (const { interfaceName, ...live } of interfaces) {
      opened.push(openLive(interfaceName, { blockTimeout: MERGED_BLOCK_TIMEOUT, ...live, ...extra(opened[0]) }));
    }
    return mergeSources(opened, options);
  } catch (error) {
    for (const source of opened) void source.close();
    throw error;
  }
}
