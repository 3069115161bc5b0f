/** Disables offloads (linux/ethtool.h), so that frames look as on a physical wire. @module */
import { writeU32le } from '../base/bytes.ts';
import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from '../sys/constants.ts';
import { addressOf, close, ioctl, socket } from '../sys/libc.ts';
import { check } from '../sys/syscall.ts';

const SIOCETHTOOL = 0x8946;
const NAME_LENGTH = 16;
/** `struct ifreq`: name, then a union that holds a pointer here. */
const INTERFACE_REQUEST_LENGTH = 40;

/** ETHTOOL_S*: receive and transmit checksums, TCP segmentation, generic segmentation, generic receive offload. */
const SWITCHES = [0x15, 0x17, 0x1f, 0x24, 0x2c];

/** An interface of the calling thread's namespace. Features that a driver lacks are skipped. */
export function disableOffload(name: string): void {
  const fd = check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket', 'reach ethtool');
  try {
    // One buffer holds the request, followed by the `struct ethtool_value` (command, data 0) that it points to.
    const request = new Uint8Array(INTERFACE_REQUEST_LENGTH + 8);
    new TextEncoder().encodeInto(name, request.subarray(0, NAME_LENGTH - 1));
    const valueAddress = addressOf(request) + BigInt(INTERFACE_REQUEST_LENGTH);
    new DataView(request.buffer).setBigUint64(NAME_LENGTH, valueAddress, true);
    for (const command of SWITCHES) {
      writeU32le(request, INTERFACE_REQUEST_LENGTH, command);
      ioctl(fd, SIOCETHTOOL, request);
    }
  } finally {
    close(fd);
  }
}
