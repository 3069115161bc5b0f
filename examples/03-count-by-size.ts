/** The hot way through a file: frames are lent, nothing is copied. @module */
import { compileFilter, openFile } from 'tapline';

/** How many frames of a capture file match `expression`, by wire length up to 128, 512, 1,518 and above. */
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
