/** The past in memory, and a file of it when something happens. @module */
import { FlightFiles, FlightRecorder, type FlightSummary, openLive, recordFlight } from 'tapline';

/** Writes what came a second before and half a second after the first frame on `interfaceName` that matches `trigger`. */
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
