/** The fast way to a file: the pump gathers records, no frame is touched in JavaScript. @module */
import { createPcapWriter, openLive, type RecordSummary, record } from 'tapline';

/** Records what matches `filter` on `interfaceName` until `signal` is aborted. */
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
