/**
 * Requests for hardware timestamps, against a driver made of bytes. Numbers and layouts: linux/sockios.h,
 * linux/net_tstamp.h (struct hwtstamp_config), linux/ethtool.h (struct ethtool_ts_info).
 */
import { describe, expect, test } from 'vitest';
import { enableHardwareTimestamps, timestampTypes } from '../../src/capture/hardware-timestamps.ts';
import { encodeDriverRequest } from '../../src/sys/interface-request.ts';
import { Errno } from '../../src/sys/syscall.ts';

const SIOCETHTOOL = 0x8946;
const SIOCSHWTSTAMP = 0x89b0;
const SIOCGHWTSTAMP = 0x89b1;
const SYS_HARDWARE = 1 << 5;
const RAW_HARDWARE = 1 << 6;
const SOFTWARE = 1 << 4;
const FILTER_ALL = 1;

interface Driver {
  /** `so_timestamping` and `rx_filters` of ETHTOOL_GET_TS_INFO, or an error. */
  readonly info: { readonly sources: number; readonly filters: number } | number;
  /** `tx_type` and `rx_filter` at present, or an error. */
  readonly current?: readonly [number, number] | number;
  /** The `rx_filter` that the driver sets, or an error. */
  readonly set?: number | { readonly error: number };
}

function driver({ info, current = [0, 0], set = FILTER_ALL }: Driver) {
  const requests: [number, string][] = [];
  const ask = (request: number, data: Uint8Array): number => {
    requests.push([request, Buffer.from(data).toString('hex')]);
    const view = new DataView(data.buffer);
    if (request === SIOCETHTOOL) {
      if (typeof info === 'number') return info;
      view.setUint32(4, info.sources, true);
      view.setUint32(28, info.filters, true);
    } else if (request === SIOCGHWTSTAMP) {
      if (typeof current === 'number') return current;
      view.setUint32(4, current[0], true);
      view.setUint32(8, current[1], true);
    } else {
      if (typeof set !== 'number') return set.error;
      view.setUint32(8, set, true);
    }
    return 0;
  };
  return { ask, requests };
}

const RAW = { sources: SOFTWARE | RAW_HARDWARE, filters: (1 << FILTER_ALL) | 1 };
/** ETHTOOL_GET_TS_INFO, then 40 bytes for the answer. */
const INFO_REQUEST = [SIOCETHTOOL, `41000000${'00'.repeat(40)}`];

describe('types of a device', () => {
  test.each([
    ['no driver support', Errno.EOPNOTSUPP, ['host']],
    ['software alone (veth)', { sources: SOFTWARE, filters: 0 }, ['host']],
    ['PTP frames alone', { sources: SOFTWARE | RAW_HARDWARE, filters: 1 << 12 }, ['host']],
    ['a clock of its own', RAW, ['host', 'adapter_unsynced']],
    ['both clocks', { ...RAW, sources: RAW_HARDWARE | SYS_HARDWARE }, ['host', 'adapter', 'adapter_unsynced']],
  ] as const)('%s', (_, info, types) => {
    const { ask, requests } = driver({ info });
    expect(timestampTypes(ask)).toEqual(types);
    expect(requests).toEqual([INFO_REQUEST]);
  });
});

describe('requests', () => {
  const enable = (parts: Driver) => {
    const { ask, requests } = driver(parts);
    return { isEnabled: enableHardwareTimestamps('eth0', 'adapter_unsynced', ask), requests };
  };
  const GET = [SIOCGHWTSTAMP, '000000000000000000000000'];

  test('all received frames are stamped, and the stamps of sent frames stay as they are', () => {
    for (const [transmit, hex] of [
      [0, '00000000'],
      [1, '01000000'],
      [2, '02000000'],
    ] as const) {
      const { isEnabled, requests } = enable({ info: RAW, current: [transmit, 12] });
      expect(isEnabled).toBe(true);
      expect(requests).toEqual([INFO_REQUEST, GET, [SIOCSHWTSTAMP, `00000000${hex}01000000`]]);
    }
  });

  test('a device that does so already is left alone', () => {
    expect(enable({ info: RAW, current: [0, FILTER_ALL] })).toEqual({ isEnabled: true, requests: [INFO_REQUEST, GET] });
  });

  test('a driver that does not report its setting: sent frames are stamped, too', () => {
    const { requests } = enable({ info: RAW, current: Errno.EOPNOTSUPP });
    expect(requests.at(-1)).toEqual([SIOCSHWTSTAMP, '000000000100000001000000']);
  });

  test('a device without these timestamps is not asked for them', () => {
    const { isEnabled, requests } = enable({ info: { sources: SOFTWARE, filters: 0 } });
    expect(isEnabled).toBe(false);
    expect(requests).toEqual([INFO_REQUEST]);
  });

  test.each([
    ['EOPNOTSUPP', { error: Errno.EOPNOTSUPP }],
    ['ERANGE', { error: Errno.ERANGE }],
    ['fewer frames than requested', 12],
  ])('%s: the host stamps', (_, set) => {
    expect(enable({ info: RAW, set }).isEnabled).toBe(false);
  });

  test('other errors are reported', () => {
    expect(() => enable({ info: RAW, set: { error: Errno.EPERM } })).toThrow(
      /cannot enable hardware timestamps on eth0: ioctl: EPERM.*CAP_NET_ADMIN/,
    );
    expect(() => enable({ info: RAW, set: { error: Errno.EBUSY } })).toThrow(
      expect.objectContaining({ errno: Errno.EBUSY }),
    );
  });

  test('struct ifreq: the name in 16 bytes, then the address of the data', () => {
    const bytes = encodeDriverRequest('eth0', 0x1122_3344_5566_7788n);
    const name = Buffer.from('eth0').toString('hex').padEnd(32, '0');
    expect(Buffer.from(bytes).toString('hex')).toBe(`${name}8877665544332211${'00'.repeat(16)}`);
  });
});
