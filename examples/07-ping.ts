/**
 * Pings a host with kernel timestamps at both ends. Needs no privilege where ping sockets are allowed.
 * Run it with `node examples/07-ping.ts 10.1.1.2`. @module
 */
import { formatPingEvent, type PingSummary, pingHost } from 'tapline';

/** Pings a host `count` times, prints what ping(8) prints, and returns the figures. */
export async function pingAndPrint(host: string, count: number): Promise<PingSummary> {
  for await (const event of pingHost(host, { count, interval: 100 })) {
    process.stdout.write(formatPingEvent(event));
    if (event.type === 'summary') return event;
  }
  throw new Error('the summary is the last event of every run');
}

if (process.argv[1] === import.meta.filename) await pingAndPrint(process.argv[2] ?? '127.0.0.1', 5);
