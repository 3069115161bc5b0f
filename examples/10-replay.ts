/**
 * Sends a capture file on an interface at 1,000 frames per second, with one address replaced and the checksums updated.
 * Needs root or CAP_NET_RAW, and refuses the interface of the default route.
 * Run it with `node examples/10-replay.ts packets.pcap eth1 192.0.2.1 203.0.113.9`. @module
 */
import { openFile, parseAddress, type ReplaySummary, refuseDefaultRoute, replay, TransmitSocket } from 'tapline';

/** Sends the frames of `path` on `interfaceName` with the address `from` replaced by `to`. */
export async function replayAs(path: string, interfaceName: string, from: string, to: string): Promise<ReplaySummary> {
  const [old, other] = [parseAddress(from), parseAddress(to)];
  if (old === undefined || other === undefined) throw new TypeError(`not two addresses: ${from}, ${to}`);
  await using target = new TransmitSocket(interfaceName);
  await refuseDefaultRoute(target.interfaceName, target.interfaceIndex);
  return await replay(() => openFile(path), target, {
    pace: { kind: 'frames', perSecond: 1_000 },
    edits: { addresses: [{ from: old, to: other, prefixLength: old.length * 8 }] },
  });
}

if (process.argv[1] === import.meta.filename) {
  const [, , path, interfaceName, from, to] = process.argv;
  if (path === undefined || interfaceName === undefined || from === undefined || to === undefined) {
    throw new TypeError('four arguments are needed: file, interface, address to replace, new address');
  }
  const { sent } = await replayAs(path, interfaceName, from, to);
  console.log(`${sent} frames sent on ${interfaceName}`);
}
