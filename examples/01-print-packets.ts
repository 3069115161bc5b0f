/** The pleasant way: packets as owned copies, one line each. Run as root, or with CAP_NET_RAW. @module */
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
