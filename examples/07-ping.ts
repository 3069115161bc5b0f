/** Round trips with the kernel's time stamps at both ends. Needs no privilege where ping sockets are allowed. @module */
import { echoMethod, formatPingEvent, openKernelTransport, type PingSummary, ping, preciseClock } from 'tapline';

/** Pings an address `count` times, prints what ping(8) prints, and returns the figures. */
export async function pingAddress(target: string, address: Uint8Array, count: number): Promise<PingSummary> {
  const family = address.length === 4 ? 4 : 6;
  await using transport = openKernelTransport({ family, protocol: 'icmp', destination: address });
  const method = echoMethod({ family, identifier: transport.capabilities.identifier });
  for await (const event of ping(
    { transport, method, clock: preciseClock },
    { target, address, count, interval: 100 },
  )) {
    process.stdout.write(formatPingEvent(event));
    if (event.type === 'summary') return event;
  }
  throw new Error('a run ends with its summary');
}
