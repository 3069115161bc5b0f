/** A recording that runs for ever in little space: packed files of an hour or 100 MB, the last day of them. @module */
import { FileSeries, openLive, pcapFileFormat, type RecordSummary, record } from 'tapline';

const HOUR = 3600;

/** Records into files `NAME-20260131T140000-00007.pcap.gz` until `signal` is aborted; tells each file that is finished. */
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
    quota: 2e9, // bytes on the disk: the oldest files go for new ones
    freeSpace: { fraction: 0.1 }, // and never more than nine tenths of the disk
    utc: true,
    onFile: ({ path }) => onFile(path),
  });
  try {
    return await record(source, files, { signal });
  } finally {
    await files.close();
  }
}
