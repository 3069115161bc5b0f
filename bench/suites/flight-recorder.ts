/**
 * Times what the flight recorder adds to the cost of a captured frame: the copy of a batch into the history, and triggers
 * that match no frame, in one batch call or with one call per frame. @module
 */
import { readU32le } from '../../src/base/bytes.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { createEngine } from '../../src/bpf/engine/create-engine.ts';
import { EnhancedPacket } from '../../src/pcap/enhanced-packet.ts';
import { encodePcapngHeader } from '../../src/pcap/pcapng-writer.ts';
import type { FlightOutput } from '../../src/session/flight/options.ts';
import { RecordHistory } from '../../src/session/flight/record-history.ts';
import { FlightRecorder } from '../../src/session/flight/recorder.ts';
import { captureFile, FRAME_LENGTHS, FRAMES } from '../support/capture-workload.ts';
import { type BenchRow, type BenchSuite, measure } from '../support/suite.ts';

const COPY = 'copy';
const ONE = 'one trigger';
const THREE = 'three';
const CALLS = 'one, by calls';
const TRIGGERS = ['tcp[tcpflags] & tcp-rst != 0', 'udp port 53', 'icmp[0] = 3'];
const HISTORY = 64 << 20;
const NEVER = Number.POSITIVE_INFINITY;

function fail(): never {
  throw new Error('a trigger of the bench matched');
}

const NOWHERE: FlightOutput = {
  stopped: new AbortController().signal,
  ended: undefined,
  lost: 0,
  beginWindow: fail,
  endWindow: fail,
  lead: fail,
  take: fail,
  async flush() {},
  async close() {},
};

export const flightRecorderSuite: BenchSuite = {
  name: 'flight-recorder',
  about: 'nanoseconds per frame, for records from the pump',
  columns: [COPY, ONE, THREE, CALLS],
  async run() {
    const rows: BenchRow[] = [];
    for (const length of FRAME_LENGTHS) rows.push(await row(length));
    return rows;
  },
};

async function row(length: number): Promise<BenchRow> {
  const file = await captureFile('pcapng', length);
  const records = file.subarray(encodePcapngHeader([{ linkType: 1 }]).length);
  return {
    name: `${length} bytes a frame`,
    values: {
      [COPY]: await measure(FRAMES, copying(records)),
      [ONE]: await measure(FRAMES, recorder(records, 1)),
      [THREE]: await measure(FRAMES, recorder(records, 3)),
      [CALLS]: await measure(FRAMES, calling(records)),
    },
  };
}

function recorder(records: Uint8Array, triggers: number): () => number {
  const flight = new FlightRecorder({
    interfaces: [{ linkType: 1, snapLength: 262_144 }],
    before: { milliseconds: 1_000 },
    after: 1_000,
    triggers: TRIGGERS.slice(0, triggers),
    historySize: HISTORY,
    output: NOWHERE,
  });
  return () => {
    flight.take(records, FRAMES);
    return flight.counters().seen;
  };
}

function copying(records: Uint8Array): () => number {
  const history = new RecordHistory(HISTORY, () => {});
  return () => history.append(records, FRAMES, 0, NEVER) ?? 0;
}

function calling(records: Uint8Array): () => number {
  const history = new RecordHistory(HISTORY, () => {});
  const { bytes } = history;
  const { instructions } = compileFilter(TRIGGERS[0] ?? '', { linkType: 1 });
  const engine = createEngine(instructions, history.memory === undefined ? {} : { memory: history.memory });
  return () => {
    let matched = 0;
    const start = history.append(records, FRAMES, 0, NEVER) ?? 0;
    for (let at = start; at < start + records.length; at += readU32le(bytes, at + EnhancedPacket.length)) {
      const captured = readU32le(bytes, at + EnhancedPacket.capturedLength);
      const wireLength = readU32le(bytes, at + EnhancedPacket.wireLength);
      if (engine.run(bytes, at + EnhancedPacket.data, captured, wireLength) !== 0) matched += 1;
    }
    return matched;
  };
}
