/**
 * Counts the frames of a capture file by size. `batches()` lends frames without copying them: each is valid only inside
 * the callback. Run it with `node examples/03-count-by-size.ts packets.pcap 'tcp port 25'`. @module
 */
import { compileFilter, openFile } from 'tapline';

/** Counts the frames that match `expression`, by wire length in bytes: up to 128, 512, 1,518, and longer. */
export async function countBySize(path: string, expression: string): Promise<readonly number[]> {
  const bounds = [128, 512, 1518, Number.POSITIVE_INFINITY];
  const counts = bounds.map(() => 0);
  await using source = await openFile(path, {
    filterFor: (linkType) => compileFilter(expression, { linkType }),
  });
  for await (const batch of source.batches()) {
    batch.forEach((frame) => {
      const place = bounds.findIndex((bound) => frame.wireLength <= bound);
      counts[place] = (counts[place] ?? 0) + 1;
    });
  }
  return counts;
}

if (process.argv[1] === import.meta.filename) {
  const [, , path = 'packets.pcap', expression = ''] = process.argv;
  const [upTo128, upTo512, upTo1518, longer] = await countBySize(path, expression);
  console.log(`up to 128 bytes: ${upTo128}, 512: ${upTo512}, 1518: ${upTo1518}, longer: ${longer}`);
}
