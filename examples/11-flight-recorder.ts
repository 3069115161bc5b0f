/**
 * Buffers traffic in memory and writes it to a file when a frame matches. Needs root or CAP_NET_RAW.
 * Run it with `node examples/11-flight-recorder.ts eth0 'udp port 514' packets.pcapng`. @module
 */
import { FlightFiles, FlightRecorder, type FlightSummary, openLive, recordFlight } from 'tapline';

/** Writes the frames from 1 s before to 0.5 s after the first frame on `interfaceName` that matches `trigger`. */
export async function recordAround(interfaceName: string, trigger: string, path: string): Promise<FlightSummary> {
  await using source = openLive(interfaceName);
  const recorder = new FlightRecorder({
    interfaces: source.interfaces,
    before: { milliseconds: 1_000 },
    after: 500,
    triggers: [trigger],
    historySize: 16 << 20,
    maximumTriggers: 1,
    output: new FlightFiles(path, source.interfaces),
  });
  return await recordFlight(source, recorder);
}

if (process.argv[1] === import.meta.filename) {
  const [, , interfaceName = 'any', trigger = 'icmp', path = 'packets.pcapng'] = process.argv;
  const { windows } = await recordAround(interfaceName, trigger, path);
  console.log(`windows written: ${windows}`);
}
