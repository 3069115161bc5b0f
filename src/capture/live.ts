/** `openLive`: frames from an interface. @module */
import { defined } from '../base/defined.ts';
import { findDevice } from './device.ts';
import type { FanoutGroup, LiveOptions, LiveSource } from './live-source.ts';
import { type MergedSource, type MergeOptions, mergeSources } from './merge/merged-source.ts';
import { RingSource } from './ring/ring-source.ts';

/** Milliseconds that a frame waits in a block that is not full: other interfaces' frames may have to wait for it. */
const MERGED_BLOCK_TIMEOUT = 20;

/** One of several interfaces of a capture: its own filter, snap length and all. */
export interface LiveInterface extends LiveOptions {
  readonly interfaceName: string;
}

/**
 * Opens an interface, or all of them as `any`. The capture runs from here on; ask for frames soon.
 * @throws FilterError when `filter` is no filter for this link type
 * @throws StackError `PRIVILEGE` without CAP_NET_RAW, `NO_INTERFACE`, `MEMORY`
 * @throws SyscallError `SYSCALL`
 */
export function openLive(interfaceName: string, options: LiveOptions = {}): LiveSource {
  const device = findDevice(interfaceName);
  return new RingSource(device, options);
}

/**
 * Opens several interfaces, of any link types, as one source that gives their frames in the order of time; `any` may be
 * one of them. An interface that goes away leaves the others to go on. Frames wait in their rings for each other, at
 * most some tens of milliseconds, so a ring has to hold what comes in that time.
 * @throws as `openLive`, with nothing left open
 */
export function openLiveMany(interfaces: readonly LiveInterface[], options: MergeOptions = {}): MergedSource {
  const poison = interfaces.some((live) => live.poison === true);
  return openMerged(interfaces, () => ({}), { poison, ...options });
}

/** How many rings share one interface, and how. */
export interface RingSharing {
  /** 1 to 256. */
  readonly rings: number;
  readonly mode: FanoutGroup['mode'];
}

/**
 * Opens one interface with several rings, so that the CPUs of the kernel need not wait for each other to put frames
 * down; it reads like one source, in the order of time. For a reader on each ring's own thread open each with
 * `openLive` and `fanout` there.
 * @throws as `openLive`, with nothing left open
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
