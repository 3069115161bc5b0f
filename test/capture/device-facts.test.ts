/**
 * What files say about a device, from a driver made of bytes. Layouts: linux/ethtool.h, struct ethtool_cmd (speed at 12,
 * speed_hi at 28) and struct ethtool_drvinfo (driver at 4, bus_info at 100; 32 bytes each).
 */
import { expect, test } from 'vitest';
import { readDeviceFacts } from '../../src/capture/device-facts.ts';

const SIOCETHTOOL = 0x8946;
const EOPNOTSUPP = 95;

interface Driver {
  /** The lower and the upper half of the speed, in Mbit/s. */
  readonly speed?: readonly [number, number];
  readonly driver?: string;
  readonly bus?: string;
}

function factsOf({ speed, driver, bus = '' }: Driver) {
  const ask = (request: number, data: Uint8Array): number => {
    const view = new DataView(data.buffer);
    const command = view.getUint32(0, true);
    if (request !== SIOCETHTOOL) return EOPNOTSUPP;
    if (command === 1 && speed !== undefined) {
      expect(data.length).toBe(44);
      view.setUint16(12, speed[0], true);
      view.setUint16(28, speed[1], true);
      return 0;
    }
    if (command === 3 && driver !== undefined) {
      expect(data.length).toBe(196);
      data.set(Buffer.from(driver), 4);
      data.set(Buffer.from(bus), 100);
      return 0;
    }
    return EOPNOTSUPP;
  };
  return readDeviceFacts('none0', { index: 99, mac: '02:00:00:00:00:01', ask });
}

test.each([
  ['1 Gbit/s', { speed: [1000, 0] }, 1e9],
  ['400 Gbit/s, which needs the upper half', { speed: [400_000 & 0xffff, 400_000 >> 16] }, 400e9],
  ['unknown (SPEED_UNKNOWN)', { speed: [0xffff, 0xffff] }, undefined],
  ['unknown in the lower half alone', { speed: [0xffff, 0] }, undefined],
  ['0: no carrier', { speed: [0, 0] }, undefined],
  ['no answer', {}, undefined],
] as const)('speed: %s', (_, driver, speed) => {
  expect(factsOf(driver).speed).toBe(speed);
});

test.each([
  ['driver and bus', { driver: 'e1000e', bus: '0000:00:1f.6' }, 'e1000e 0000:00:1f.6'],
  ['no bus', { driver: 'veth' }, 'veth'],
  ['texts without an end', { driver: 'd'.repeat(32), bus: 'b'.repeat(32) }, `${'d'.repeat(32)} ${'b'.repeat(32)}`],
  ['empty texts', { driver: '' }, undefined],
] as const)('hardware: %s', (_, driver, hardware) => {
  expect(factsOf(driver).hardware).toBe(hardware);
});

test('an unknown fact is left out', () => {
  expect(factsOf({})).toEqual({ mac: '02:00:00:00:00:01' });
});
