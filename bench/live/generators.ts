/** Frame generators for the capture benches, on a separate core. @module */
import { writeFileSync } from 'node:fs';
import type { LabHost } from '../../src/lab/index.ts';
import { createPcapWriter } from '../../src/pcap/file-writer.ts';
import type { BenchFolder } from '../support/bench-folder.ts';
import { LabProgram } from './lab-program.ts';
import { runForOutput } from './program-output.ts';
import { tapline } from './tapline.ts';

const GENERATOR_CORE = 0;

/** EtherType for local experiments (IEEE 802): no host answers it, and a filter separates it from other traffic. */
export const BENCH_ETHER_TYPE = 0x88b5;

/** Filter that matches these frames. */
export const BENCH_FILTER = `ether proto ${BENCH_ETHER_TYPE}`;

/** Ethernet header with a foreign destination address, so that no kernel accepts the frame. */
const HEADER = [2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 1, BENCH_ETHER_TYPE >> 8, BENCH_ETHER_TYPE & 0xff];
const TRAFGEN_ADDRESSES = 'da=02:00:00:00:00:99, sa=02:00:00:00:00:01';
const FILL = 0x5a;

export interface RecordingOptions {
  readonly frames: number;
  readonly frameLength: number;
  /** Nanoseconds between frames; 0 by default. */
  readonly gap?: number;
}

/** Writes a capture file with frames of `BENCH_ETHER_TYPE` for replay. */
export async function makeRecording(path: string, { frames, frameLength, gap = 0 }: RecordingOptions): Promise<void> {
  const writer = createPcapWriter(path, { linkType: 1, timestampPrecision: 'nano' });
  const data = new Uint8Array(frameLength).fill(FILL);
  data.set(HEADER);
  const frame = { data, offset: 0, length: frameLength, wireLength: frameLength, interfaceIndex: 0 };
  for (let index = 0; index < frames; index += 1) {
    const time = index * gap;
    writer.add({ ...frame, seconds: 1_000 + Math.floor(time / 1e9), nanoseconds: time % 1e9 }, frameLength);
  }
  await writer.close();
}

export interface Replayed {
  readonly sent: number;
  readonly framesPerSecond: number;
}

/** Runs `tapline replay` on `eth0`. @param words options and file */
export async function replayFrom(host: LabHost, words: readonly string[]): Promise<Replayed> {
  const command = tapline(['replay', '-i', 'eth0', '--json', ...words]);
  return JSON.parse(await runForOutput(host, GENERATOR_CORE, command)) as Replayed;
}

/** Returns a frame of `BENCH_ETHER_TYPE` in trafgen syntax. */
export function trafgenFrame(length: number): string {
  const type = `0x${BENCH_ETHER_TYPE.toString(16)}`;
  return `{ eth(${TRAFGEN_ADDRESSES}, type=${type}), fill(${FILL}, ${length - HEADER.length}) }\n`;
}

/** Returns a UDP datagram to `port` of an unused address in trafgen syntax. */
export function trafgenDatagram(length: number, port: number): string {
  const layers = [
    `eth(${TRAFGEN_ADDRESSES})`,
    'ipv4(da=10.1.1.99, sa=10.1.1.1)',
    `udp(sp=4000, dp=${port})`,
    `fill(${FILL}, ${length - 42})`,
  ];
  return `{ ${layers.join(', ')} }\n`;
}

export interface TrafgenOrder {
  readonly interface: string;
  /** Frames in trafgen syntax, sent in turn. */
  readonly frames: string;
  readonly count: number;
}

/** Sends at trafgen's full speed. @throws Error when trafgen fails */
export async function generate(host: LabHost, folder: BenchFolder, order: TrafgenOrder): Promise<void> {
  const config = folder.file(`${order.interface}.cfg`);
  writeFileSync(config, order.frames);
  const words = ['--dev', order.interface, '--conf', config, '--num', String(order.count), '--cpus', '1'];
  const generator = new LabProgram(host, GENERATOR_CORE, ['trafgen', ...words]);
  const status = await generator.ended();
  if (status !== 0) throw new Error(`trafgen failed with status ${status}: ${generator.standardError}`);
}
