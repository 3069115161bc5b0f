/** Traffic and files for the capture tests. @module */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Packet } from '../../src/base/frame.ts';
import { exchangeTcp, type Lab, pingAddress, sendFrames, sendUdp } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { eventually } from './eventually.ts';

const encoder = new TextEncoder();

/** Creates a temporary folder, and deletes it when disposed. */
export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tapline-test-'));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** ARP request for 10.1.1.77, which no host has (RFC 826). */
const ARP_REQUEST = Uint8Array.from(
  Buffer.from(
    `ffffffffffff${'020000000002'}0806${'0001080006040001'}${'020000000002'}0a010102${'0'.repeat(12)}0a01014d`,
    'hex',
  ),
);

/** Sends IPv4 and IPv6, ARP, TCP, UDP, ICMP, 9,000-byte frames, VLAN-tagged frames, and an unknown EtherType. */
export async function makeMixedTraffic(lab: Lab): Promise<void> {
  const left = lab.host('left');
  const right = lab.host('right');
  const request = encoder.encode('MAIL FROM:<a@example.com>\r\n');
  const reply = new Uint8Array(40_000).map((_, index) => index);
  await pingAddress(left, right.address(), { count: 2 });
  await pingAddress(left, right.address(6), { count: 2 });
  await exchangeTcp(left, right, { port: 25, request, reply });
  await exchangeTcp(right, left, { port: 80, address: left.address(6), request, reply });
  await sendUdp(left, right, new Uint8Array(8_900), { port: 5000 });
  await sendUdp(left, right, encoder.encode('q'), { port: 53, address: right.address(6) });
  sendFrames(left, 'eth0', [
    taggedFrame([[0x8100, 0x6064]], 300),
    taggedFrame(
      [
        [0x88a8, 5],
        [0x8100, 7],
      ],
      60,
    ),
    taggedFrame([[0x8100, 0]], 8_000),
    Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 1, 2, 3, 4),
  ]);
  sendFrames(right, 'eth0', [taggedFrame([[0x8100, 100]], 90), ARP_REQUEST]);
}

/** Returns an IPv4/UDP frame with VLAN tags and the addresses of the lab. */
export function taggedFrame(
  tags: readonly (readonly [tpid: number, tci: number])[],
  payloadLength: number,
): Uint8Array {
  const ipLength = 20 + 8 + payloadLength;
  const udpLength = 8 + payloadLength;
  const words = (value: number): number[] => [value >> 8, value & 0xff];
  const head = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...tags.flatMap(([tpid, tci]) => [...words(tpid), ...words(tci)])];
  const ip = [8, 0, 0x45, 0, ...words(ipLength), 0, 1, 0, 0, 64, 17, 0, 0, 10, 1, 1, 1, 10, 1, 1, 2];
  const udp = [...words(4000), ...words(9), ...words(udpLength), 0, 0];
  return Uint8Array.of(...head, ...ip, ...udp, ...new Uint8Array(payloadLength).fill(0x5a));
}

export async function readPackets(path: string): Promise<Packet[]> {
  await using source = await openFile(path);
  const packets: Packet[] = [];
  for await (const packet of source.packets()) packets.push(packet);
  return packets;
}

/** Resolves when a wire between two hosts carries frames: the kernel detects a carrier within a second. */
export async function carrierUp(lab: Lab, interfaceName: string): Promise<void> {
  for (const host of lab.hosts) {
    await eventually(async () => expect(await host.link(interfaceName)).toMatchObject({ operationalState: 'up' }));
  }
}

/** Returns frames as comparable texts: lengths and bytes. */
export function frameTexts(packets: readonly Packet[]): string[] {
  return packets.map(({ bytes, wireLength }) => `${wireLength} ${Buffer.from(bytes).toString('hex')}`);
}
