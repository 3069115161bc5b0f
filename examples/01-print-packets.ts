/**
 * Prints one line per packet. `packets()` yields copies, which the caller may keep. Needs root or CAP_NET_RAW.
 * Run it with `node examples/01-print-packets.ts eth0 'tcp port 25'`. @module
 */
import { openLive, summarize } from 'tapline';

/** Prints the first `count` packets on `interfaceName` that match `filter`. */
export async function printPackets(interfaceName: string, filter: string, count: number): Promise<void> {
  await using source = openLive(interfaceName, { filter });
  let printed = 0;
  for await (const packet of source.packets()) {
    console.log(summarize(packet, source));
    printed += 1;
    if (printed === count) break;
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , interfaceName = 'any', filter = '', count = '10'] = process.argv;
  await printPackets(interfaceName, filter, Number(count));
}
