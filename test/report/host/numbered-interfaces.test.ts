/** The list of `-D`. Form and order are those of tcpdump 4.99.3 (test/lab/peer-options.test.ts compares them). */
import { expect, test } from 'vitest';
import type { NetworkInterface } from '../../../src/inspect/interface.ts';
import { numberInterfaces } from '../../../src/inspect/number-interfaces.ts';
import { formatNumberedInterfaces } from '../../../src/report/host/numbered-interfaces.ts';

function made(index: number, name: string, state: NetworkInterface['state'], flags: NetworkInterface['flags'] = []) {
  return { index, name, state, flags } as NetworkInterface;
}

test('interfaces with carrier first, then any, loopback, no carrier, down; by index among equals', () => {
  const numbered = numberInterfaces([
    made(1, 'lo', 'up', ['loopback']),
    made(7, 'eth1', 'up'),
    made(3, 'br0', 'down'),
    made(4, 'eth2', 'no carrier'),
    made(2, 'eth\u001b[31m', 'up'),
  ]);
  expect(formatNumberedInterfaces(numbered)).toBe(
    [
      '1.eth^[[31m [Up, Running, Connected]',
      '2.eth1 [Up, Running, Connected]',
      '3.any (Pseudo-device that captures on all interfaces) [Up, Running]',
      '4.lo [Up, Running, Loopback]',
      '5.eth2 [Up, Disconnected]',
      '6.br0 [none, Disconnected]',
      '',
    ].join('\n'),
  );
});

test('without interfaces, any is left', () => {
  expect(numberInterfaces([])).toEqual([{ number: 1, name: 'any', details: undefined }]);
});
