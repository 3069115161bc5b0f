/** Programs with the direction of frames before them. Packet types: linux/if_packet.h. */
import { expect, test } from 'vitest';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { withDirection } from '../../src/bpf/direction.ts';
import { interpret } from '../../src/bpf/engine/interpret.ts';

const ANCILLARY = {
  protocol: 0x0800,
  interfaceIndex: 1,
  hardwareType: 1,
  rxHash: 0,
  vlanTagPresent: 0,
  vlanTag: 0,
  vlanProtocol: 0,
};
const IPV4 = Uint8Array.of(...new Array(12).fill(0), 8, 0, ...new Array(46).fill(0));
const ARP = Uint8Array.of(...new Array(12).fill(0), 8, 6, ...new Array(46).fill(0));

test.each([
  ['in', [0, 1, 2, 3], [4]],
  ['out', [4], [0, 1, 2, 3]],
] as const)('%s', (direction, accepted, rejected) => {
  const ip = withDirection(compileFilter('ip').instructions, direction, 96) ?? [];
  const all = withDirection(undefined, direction, 96) ?? [];
  const run = (program: typeof all, frame: Uint8Array, packetType: number): number =>
    interpret(program, frame, 0, frame.length, frame.length, { ...ANCILLARY, packetType });
  expect(accepted.map((type) => run(ip, IPV4, type))).toEqual(accepted.map(() => 262_144));
  expect(accepted.map((type) => run(all, ARP, type))).toEqual(accepted.map(() => 96));
  expect(accepted.map((type) => run(ip, ARP, type))).toEqual(accepted.map(() => 0));
  expect(rejected.map((type) => [run(ip, IPV4, type), run(all, ARP, type)])).toEqual(rejected.map(() => [0, 0]));
});

test('inout changes nothing', () => {
  expect(withDirection(undefined, 'inout', 96)).toBeUndefined();
  const { instructions } = compileFilter('ip');
  expect(withDirection(instructions, 'inout', 96)).toBe(instructions);
});
