/**
 * Records continuously in bounded disk space: gzip files of one hour or 100 MB, of which the last 24 are kept. Needs root
 * or CAP_NET_RAW. Run it with `node examples/12-rotate-files.ts eth0 /var/tmp/packets`; Ctrl-C stops it. @module
 */
import { FileSeries, openLive, pcapFileFormat, type RecordSummary, record } from 'tapline';

const HOUR = 3600;

/** Records into files `NAME-20260131T140000-00007.pcap.gz` until `signal` is aborted. Calls `onFile` for each closed file. */
export async function recordForEver(
  interfaceName: string,
  name: string,
  signal: AbortSignal,
  onFile: (path: string) => void,
): Promise<RecordSummary> {
  await using source = openLive(interfaceName, { filter: 'not port 22' });
  const files = new FileSeries(`${name}-%Y%m%dT%H%M%S-%N.pcap.gz`, pcapFileFormat(source, 'gzip'), {
    rotation: { bytes: 100e6, seconds: HOUR, aligned: true },
    ring: 24,
    quota: 2e9, // bytes on the disk; the oldest files are deleted first
    freeSpace: { fraction: 0.1 }, // keep 10 % of the disk free
    utc: true,
    onFile: ({ path }) => onFile(path),
  });
  try {
    return await record(source, files, { signal });
  } finally {
    await files.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , interfaceName = 'any', name = 'packets'] = process.argv;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  await recordForEver(interfaceName, name, stop.signal, (path) => console.log(path));
}
