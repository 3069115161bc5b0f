/** The past in memory, and a file of it when something happens. @module */
import { createPcapngWriter, FlightRecorder, type FlightSummary, openLive, recordFlight } from 'tapline';

/** Writes what came a second before and half a second after the first frame on `interfaceName` that matches `trigger`. */
export async function recordAround(interfaceName: string, trigger: string, path: string): Promise<FlightSummary> {
  await using source = openLive(interfaceName);
  const recorder = new FlightRecorder({
    linkType: source.linkType,
    before: { milliseconds: 1_000 },
    after: 500,
    triggers: [trigger],
    historySize: 16 << 20,
    maximumTriggers: 1,
    open({ reason }) {
      const file = createPcapngWriter(path, { comment: reason });
      file.addInterface(source.interfaces[0]);
      return file;
    },
  });
  return await recordFlight(source, recorder);
}
