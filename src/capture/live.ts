/** `openLive`: frames from an interface. @module */
import { findDevice } from './device.ts';
import type { LiveOptions, LiveSource } from './live-source.ts';
import { RingSource } from './ring-source.ts';

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
