/**
 * Records packets to a PCAP file at full speed: JavaScript runs once per batch, not once per frame. Needs root or
 * CAP_NET_RAW. Run it with `node examples/02-record-to-file.ts eth0 'tcp port 25' packets.pcap`; Ctrl-C stops it. @module
 */
import { createPcapWriter, openLive, type RecordSummary, record } from 'tapline';

/** Records the packets on `interfaceName` that match `filter`, until `signal` is aborted. */
export async function recordToFile(
  interfaceName: string,
  filter: string,
  path: string,
  signal: AbortSignal,
): Promise<RecordSummary> {
  await using source = openLive(interfaceName, { filter, snapLength: 256, bufferSize: 64 << 20 });
  const file = createPcapWriter(path, source);
  try {
    return await record(source, file, { signal });
  } finally {
    await file.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , interfaceName = 'any', filter = '', path = 'packets.pcap'] = process.argv;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const { frames } = await recordToFile(interfaceName, filter, path, stop.signal);
  console.log(`${frames} frames written to ${path}`);
}
