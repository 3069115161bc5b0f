import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMplsLabels } from '../../src/wire/encode-icmp-extensions.ts';
import { type MplsLabel, readExtensions } from '../../src/wire/icmp-extensions.ts';
import { Icmp4View } from '../../src/wire/icmp4.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { buildPcap } from '../support/capture-file.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { requirePeer } from '../support/peers.ts';
import { forgeError, quotePacket } from '../support/simulation/forge.ts';
import type { RouterDescription } from '../support/simulation/network-description.ts';

const SOURCE = Uint8Array.of(192, 0, 2, 1);
const LABELS: readonly MplsLabel[] = [
  { label: 24_017, trafficClass: 5, isBottom: false, ttl: 1 },
  { label: 0xf_ffff, trafficClass: 0, isBottom: true, ttl: 255 },
];
const INTERFACE = { role: 'incoming', index: 15, address: '192.0.2.33', name: 'ge-0/0/1', mtu: 9000 } as const;

const quote = quotePacket(
  { family: 4, source: SOURCE, destination: Uint8Array.of(203, 0, 113, 9), protocol: 17, message: new Uint8Array(20) },
  { hopLimit: 1 },
);

function error(router: Pick<RouterDescription, 'mpls' | 'interface' | 'extensionFault'>): Uint8Array {
  return forgeError(4, { type: 11, code: 0 }, quote, router);
}

describe('RFC 4884 extensions', () => {
  test('a label stack entry has the layout of RFC 3032, 2.1', () => {
    expect(toHex(encodeMplsLabels(LABELS))).toBe('05dd1a01fffff1ff');
  });

  test('labels and interface information survive a round trip', () => {
    const bytes = error({ mpls: LABELS, interface: INTERFACE });
    const read = readExtensions(bytes, 0, bytes.length, 4);
    expect(read).toMatchObject({ quoteLength: 128, checksum: 'ok', found: 'length', isMalformed: false });
    expect(read?.objects[0]?.mpls).toEqual(LABELS);
    expect(read?.objects[1]?.interface).toEqual(INTERFACE);
    const view = new Icmp4View();
    expect(view.wrap(bytes, 0, bytes.length) && view.isChecksumOk).toBe(true);
  });

  test('an IPv6 error counts its length in eight bytes, in byte 4', () => {
    const bytes = forgeError(6, { type: 3, code: 0 }, quote, { mpls: LABELS });
    expect([bytes[4], bytes[5]]).toEqual([16, 0]);
    expect(readExtensions(bytes, 0, bytes.length, 6)?.objects[0]?.mpls).toEqual(LABELS);
  });

  test.each([
    ['no-length', { found: 'legacy', checksum: 'ok' }],
    ['length-in-octets', { found: 'wrong-units', checksum: 'ok' }],
    ['no-checksum', { found: 'length', checksum: 'absent' }],
  ] as const)('%s: found all the same', (extensionFault, expected) => {
    const bytes = error({ mpls: LABELS, extensionFault });
    const read = readExtensions(bytes, 0, bytes.length, 4);
    expect(read).toMatchObject(expected);
    expect(read?.objects[0]?.mpls).toEqual(LABELS);
  });

  test('a wrong checksum invalidates the objects', () => {
    const bytes = error({ mpls: LABELS, extensionFault: 'bad-checksum' });
    expect(readExtensions(bytes, 0, bytes.length, 4)).toMatchObject({ checksum: 'bad', objects: [] });
  });

  test.each(['object-too-long', 'object-too-short'] as const)('%s: decoding stops with an error', (extensionFault) => {
    const bytes = error({ mpls: LABELS, interface: INTERFACE, extensionFault });
    expect(readExtensions(bytes, 0, bytes.length, 4)).toMatchObject({ isMalformed: true, objects: [] });
  });

  test('length 64 in four-byte units is 256, not 0', () => {
    const body = new Uint8Array(8 + 256 + 4 + 8);
    body.set([11, 0, 0, 0, 0, 64]);
    body.set(fromHex('20000000000801010000010a'), 8 + 256);
    expect(readExtensions(body, 0, body.length, 4)?.quoteLength).toBe(256);
  });

  test('plain quotes, other types and reassembly errors have no extensions', () => {
    const plain = error({});
    expect(readExtensions(plain, 0, plain.length, 4)).toBeUndefined();
    const bytes = error({ mpls: LABELS });
    expect(readExtensions(bytes.with(0, 5), 0, bytes.length, 4)).toBeUndefined();
    const legacy = error({ mpls: LABELS, extensionFault: 'no-length' });
    expect(readExtensions(legacy.with(1, 1), 0, legacy.length, 4)).toBeUndefined();
  });

  test('any bytes are decoded without an exception, in bounds and in bounded time', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom<4 | 6>(4, 6),
        fc.nat(40),
        (random, family, byte) => {
          const bytes = new Uint8Array(300);
          bytes.set(random, 0);
          bytes[0] = family === 4 ? 11 : 3;
          bytes[family === 4 ? 5 : 4] = byte;
          bytes[136] = 0x20; // a structure where most of them begin
          for (const end of [random.length, 300]) readExtensions(bytes, 0, end, family);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('tshark decodes the same labels and interface', () => {
    if (requirePeer('tshark') === undefined) return;
    const icmp = error({ mpls: LABELS, interface: INTERFACE });
    const packet = new Uint8Array(20 + icmp.length);
    const header = { source: SOURCE, destination: SOURCE, protocol: 1, timeToLive: 64, payloadLength: icmp.length };
    packet.set(icmp, encodeIpv4(header, packet));
    const file = buildPcap({ linkType: 228, records: [[1, 0, packet.length, packet.length, packet]] });
    const fields = [
      'icmp.mpls.label',
      'icmp.mpls.ttl',
      'icmp.int_info.index',
      'icmp.int_info.ipv4',
      'icmp.int_info.name',
    ];
    const folder = mkdtempSync(join(tmpdir(), 'tapline-icmp-'));
    const path = join(folder, 'error.pcap'); // tshark reads no socket as standard input
    writeFileSync(path, file);
    const args = ['-r', path, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    const shown = spawnSync('tshark', args, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(shown.stdout.trim().split('\t')).toEqual(['24017,1048575', '1,255', '15', '192.0.2.33', 'ge-0/0/1']);
  });
});
