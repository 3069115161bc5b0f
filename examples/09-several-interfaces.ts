/**
 * Records two interfaces into one PCAPNG file in the order of time, each with its own filter. Needs root or CAP_NET_RAW.
 * Run it with `node examples/09-several-interfaces.ts eth0 eth1 packets.pcapng`; Ctrl-C stops it. @module
 */
import { createPcapngWriter, openLiveMany, type RecordSummary, record } from 'tapline';

/** Records SMTP on `inside` and DNS on `outside` until `signal` is aborted. */
export async function recordBoth(
  inside: string,
  outside: string,
  path: string,
  signal: AbortSignal,
): Promise<RecordSummary> {
  await using source = openLiveMany([
    { interfaceName: inside, filter: 'tcp port 25' },
    { interfaceName: outside, filter: 'udp port 53', snapLength: 512 },
  ]);
  const file = createPcapngWriter(path, { application: 'record-both' });
  for (const described of source.interfaces) file.addInterface(described);
  try {
    return await record(source, file, { signal });
  } finally {
    await file.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , inside = 'lo', outside = 'any', path = 'packets.pcapng'] = process.argv;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const { frames } = await recordBoth(inside, outside, path, stop.signal);
  console.log(`${frames} frames written to ${path}`);
}
