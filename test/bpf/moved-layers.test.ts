/** Words that move the layers (`vlan`, `geneve`, `vxlan`): the same live and in a file, and false without the tunnel. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { interpret } from '../../src/bpf/engine/interpret.ts';
import { validate } from '../../src/bpf/engine/validate.ts';
import { fromHex } from '../support/hex.ts';

const MACS = '001122334455 020000000001';
const UDP = '1000 0035 0008 0000';
const IPV4 = `0800 4500 001c 0000 0000 4011 0000 0a000001 0a000002 ${UDP}`;
const PADDING = '00'.repeat(64);

/** Returns a frame with these tags (IEEE 802.1Q, 802.1ad). */
function frameWith(...tags: readonly string[]): Uint8Array {
  return fromHex(`${MACS} ${tags.join(' ')} ${IPV4} ${PADDING}`);
}

const FRAMES = [
  frameWith(),
  frameWith('8100 0064'),
  frameWith('88a8 0005'),
  frameWith('88a8 0005', '8100 0064'),
  frameWith('8100 0005', '8100 0064', '8100 0064'),
];

function matchesInFile(expression: string, frame: Uint8Array): boolean {
  return compileFilter(expression, { linkType: LinkType.ethernet }).match(frame) > 0;
}

/** Matches as on a live socket: with the first tag in the metadata (SKF_AD_VLAN_TAG), or with all tags in the frame. */
function matchesLive(expression: string, frame: Uint8Array, isRemoved: boolean): boolean {
  const { instructions } = compileFilter(expression, { linkType: LinkType.ethernet, live: true });
  const none = { protocol: 0, packetType: 0, interfaceIndex: 1, hardwareType: 1, rxHash: 0 };
  const type = Buffer.from(frame).readUInt16BE(12);
  if (!isRemoved || type === 0x0800) {
    return (
      interpret(instructions, frame, 0, frame.length, frame.length, {
        ...none,
        vlanTagPresent: 0,
        vlanTag: 0,
        vlanProtocol: 0,
      }) > 0
    );
  }
  const bytes = Uint8Array.of(...frame.subarray(0, 12), ...frame.subarray(16));
  const tag = { vlanTagPresent: 1, vlanTag: Buffer.from(frame).readUInt16BE(14), vlanProtocol: type };
  return interpret(instructions, bytes, 0, bytes.length, bytes.length, { ...none, ...tag }) > 0;
}

describe('a filter with vlan matches the same frames live as in a file', () => {
  test.each([
    'not vlan and ip',
    'vlan or ip6',
    'vlan and ip or arp',
    'not vlan and not ip',
    'vlan 100 or ip[9] = 17',
    'vlan and vlan and ip',
    'ip and not vlan',
    'vlan and ip',
    'ip or (vlan and ip)',
    '@anyvlan and ip',
    '@anyvlan and udp port 53 and not vlan',
  ])('%s', (expression) => {
    const inFile = FRAMES.map((frame) => matchesInFile(expression, frame));
    expect(FRAMES.map((frame) => matchesLive(expression, frame, true))).toEqual(inFile);
    expect(FRAMES.map((frame) => matchesLive(expression, frame, false))).toEqual(inFile);
  });

  test('also on paths that bypass the word', () => {
    // IPv4 makes the first alternative true; UDP is then tested four bytes later, where it is not.
    expect(matchesInFile('ip or vlan and udp', frameWith())).toBe(false);
    expect(matchesLive('ip or vlan and udp', frameWith(), false)).toBe(false);
  });

  test('inside a tunnel, the metadata does not describe the tag', () => {
    const inner = `${MACS} 8100 0007 ${IPV4}`;
    const geneve = fromHex(`${MACS} 0800 4500 0060 0000 0000 4011 0000 0a000001 0a000002 1000 17c1 004c 0000
      0000 6558 00000700 ${inner}`);
    expect(matchesInFile('geneve and vlan 7 and udp port 53', geneve)).toBe(true);
    expect(matchesLive('geneve and vlan 7 and udp port 53', geneve, false)).toBe(true);
    // The kernel has removed a tag 7 of the outer frame, and the frame inside has none.
    const untagged = fromHex(`${MACS} 8100 0007 0800 4500 005c 0000 0000 4011 0000 0a000001 0a000002 1000 17c1 0048 0000
      0000 6558 00000700 ${MACS} ${IPV4}`);
    expect(matchesLive('geneve and udp port 53', untagged, true)).toBe(true);
    expect(matchesLive('geneve and vlan 7', untagged, true)).toBe(false);
  });
});

describe('after geneve or vxlan, a test is false on packets without the tunnel', () => {
  // With zeros in place of the tunnel's positions, `ip` at byte 0 plus the header's length read bytes of the addresses.
  const frame = fromHex(`0800 ${'08 00'.repeat(100)}`);

  test.each([
    ['not geneve and ip', false],
    ['not geneve and not ip', true],
    ['geneve or ip', false],
    ['geneve or not ip', true],
    ['not vxlan and (ip or ether[0] = 8)', false],
    ['not vxlan and not ether[0] = 8', true],
    ['not geneve and len > 5', true],
    ['not geneve and @exthdr and @anyvlan', true],
    ['not geneve and not vxlan and (ip or not ip)', true],
  ])('%s: %s', (expression, expected) => {
    for (const optimize of [true, false]) {
      const { instructions, match } = compileFilter(expression, { linkType: LinkType.ethernet, optimize });
      validate(instructions);
      expect(match(frame) > 0).toBe(expected);
    }
  });

  test('a word that was not evaluated is not found', () => {
    expect(matchesInFile('ip or geneve and ip', frameWith())).toBe(false);
  });

  test('a load outside of the packet does not reject it', () => {
    const { match } = compileFilter('not geneve and not tcp[100] = 1', { linkType: LinkType.ethernet });
    expect(match(frame.subarray(0, 40))).toBeGreaterThan(0);
  });
});

test('inside PPPoE, mpls is PPP protocol 0x0281, and ether proto a PPP protocol number, as in libpcap', () => {
  const session = (protocol: string) => fromHex(`${MACS} 8864 1100 0001 0020 ${protocol} 0001 0140 ${PADDING}`);
  expect(['0281', '8847'].map((type) => matchesInFile('pppoes and mpls 16', session(type)))).toEqual([true, false]);
  const other = ['0281', '8847'].map((type) => matchesInFile('pppoes and ether proto 0x8847', session(type)));
  expect(other).toEqual([false, true]);
});
