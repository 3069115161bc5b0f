/** Several interfaces into one PCAPNG file, in the order of time, each described with its filter. @module */
import { createPcapngWriter, openLiveMany, type RecordSummary, record } from 'tapline';

/** Records mail on `inside` and what names are asked for on `outside`, until `signal` is aborted. */
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
