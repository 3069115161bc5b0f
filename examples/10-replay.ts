/** A recording sent again: other addresses, checksums put right, a thousand frames a second. @module */
import { openFile, parseAddress, type ReplaySummary, refuseDefaultRoute, replay, TransmitSocket } from 'tapline';

/** Sends `path` on `interfaceName` with the address `from` in place of `to`. */
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
