/**
 * Measures the error of round trip times: `tapline ping` and iputils ping, compared with a nanosecond capture on the
 * interface of the sender; `tapline ping` also with a busy event loop. Also measures the processor time of an idle
 * ping. @module
 */
import { readU16 } from '../../src/base/bytes.ts';
import { createLab, type LabHost, twoHosts } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { BenchFolder } from '../support/bench-folder.ts';
import { LabProgram, pause } from './lab-program.ts';
import { runForOutput } from './program-output.ts';
import { tapline } from './tapline.ts';

const TARGET = '10.1.1.2';
const COUNT = 1_000;
/** Milliseconds until tcpdump has read every block of its ring: on SIGINT it discards a block that is still open. */
const BLOCK_TIMEOUT = 1_500;
/** Blocks the event loop 3 of every 5 ms. */
const BUSY = `data:text/javascript,${encodeURIComponent('setInterval(() => { const end = performance.now() + 3; while (performance.now() < end); }, 5).unref();')}`;

export interface PingAccuracy {
  readonly tool: string;
  readonly samples: number;
  /** Microseconds by which the tool's round trip exceeds that on the wire; negative when it is shorter. */
  readonly medianError: number;
  /** 99th percentile of the absolute errors. */
  readonly p99Error: number;
  readonly worstError: number;
}

interface Tool {
  readonly name: string;
  readonly words: readonly string[];
  /** Returns round trip times in microseconds by sequence number. */
  read(output: string): Map<number, number>;
}

const PING = ['ping', '-c', String(COUNT), '-i', '0.002', '--ndjson', TARGET];

const TOOLS: readonly Tool[] = [
  { name: 'tapline', words: tapline(PING), read: readNdjson },
  { name: 'iputils', words: ['ping', '-n', '-c', String(COUNT), '-i', '0.002', TARGET], read: readIputils },
  { name: 'tapline, busy loop', words: tapline(PING, BUSY), read: readNdjson },
];

export async function benchPing(rounds: number, onResult: (result: PingAccuracy) => void): Promise<PingAccuracy[]> {
  const results: PingAccuracy[] = [];
  await using lab = await createLab(twoHosts({ staticNeighbours: true }));
  for (let round = 0; round < rounds; round += 1) {
    for (const tool of TOOLS) {
      const result = await measureTool(lab.host('left'), tool);
      results.push(result);
      onResult(result);
    }
  }
  return results;
}

async function measureTool(host: LabHost, tool: Tool): Promise<PingAccuracy> {
  using folder = new BenchFolder();
  const file = folder.file('truth.pcap');
  const truth = [
    ...['tcpdump', '-i', 'eth0', '-w', file, '--time-stamp-precision', 'nano'],
    ...['-s', '64'], // copying more would delay the driver's time stamp
    ...['-B', '8192', '-Z', 'root', 'icmp'],
  ];
  const capture = new LabProgram(host, 0, truth);
  await capture.printed('listening on');
  const output = await runForOutput(host, 1, tool.words);
  await pause(BLOCK_TIMEOUT);
  capture.interrupt();
  await capture.ended();
  return compare(tool.name, tool.read(output), await wireTimes(file));
}

function compare(tool: string, reported: ReadonlyMap<number, number>, wire: ReadonlyMap<number, number>): PingAccuracy {
  const errors: number[] = [];
  for (const [sequence, time] of reported) {
    const truth = wire.get(sequence);
    if (truth !== undefined) errors.push(time - truth);
  }
  errors.sort((one, other) => one - other);
  const absolute = errors.map(Math.abs).sort((one, other) => one - other);
  const rank = (list: readonly number[], fraction: number): number =>
    list[Math.ceil(fraction * list.length) - 1] ?? Number.NaN;
  return {
    tool,
    samples: errors.length,
    medianError: rank(errors, 0.5),
    p99Error: rank(absolute, 0.99),
    worstError: rank(absolute, 1),
  };
}

const ETHERNET = 14;
const ICMP_AT = ETHERNET + 20;

/** Microseconds from request to reply by sequence number. */
async function wireTimes(file: string): Promise<Map<number, number>> {
  const requests = new Map<number, bigint>();
  const times = new Map<number, number>();
  await using source = await openFile(file);
  for await (const { bytes, timestamp } of source.packets()) {
    const sequence = readU16(bytes, ICMP_AT + 6);
    if (bytes[ICMP_AT] === 8) requests.set(sequence, timestamp);
    const sent = requests.get(sequence);
    if (bytes[ICMP_AT] === 0 && sent !== undefined) times.set(sequence, Number(timestamp - sent) / 1_000);
  }
  return times;
}

function readNdjson(output: string): Map<number, number> {
  const times = new Map<number, number>();
  for (const line of output.trim().split('\n')) {
    const event = JSON.parse(line) as { type: string; sequence: number; time: number };
    if (event.type === 'reply') times.set(event.sequence, event.time * 1_000);
  }
  return times;
}

function readIputils(output: string): Map<number, number> {
  const times = new Map<number, number>();
  for (const [, sequence, time] of output.matchAll(/icmp_seq=(\d+) ttl=\d+ time=([\d.]+) ms/g)) {
    times.set(Number(sequence), Number(time) * 1_000);
  }
  return times;
}

/** Returns the share of one processor, in percent, of a ping that sends one probe per second, without start-up. */
export async function benchIdle(): Promise<number> {
  await using lab = await createLab(twoHosts({ staticNeighbours: true }));
  const words = tapline(['ping', '-c', '30', TARGET]);
  const program = new LabProgram(lab.host('left'), 1, words);
  await pause(4_000);
  const before = program.processorTime();
  const started = performance.now();
  await pause(10_000);
  const used = (program.processorTime() - before) / 1e6;
  const share = (used * 100) / (performance.now() - started);
  program.interrupt();
  await program.ended();
  return share;
}
