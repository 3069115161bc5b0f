/**
 * Times the way from a full ring block to verdicts and records: the reference walk with a visitor, the reference
 * recorder, and the pump. The block is synthetic, of 1 MiB as in a capture; nothing is written to disk. @module
 */
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { createEngine } from '../../src/bpf/engine/create-engine.ts';
import { CaptureMemory } from '../../src/capture/memory.ts';
import { createPump } from '../../src/capture/pump/pump.ts';
import { createRecorder } from '../../src/capture/pump/recorder.ts';
import { BlockBatch, type RingFilter } from '../../src/capture/ring/block-batch.ts';
import { type RingFrameSpec, writeBlock } from '../../test/support/ring-block.ts';
import { type BenchRow, type BenchSuite, measure } from '../support/suite.ts';

const BLOCK_SIZE = 1 << 20;
/** Bytes of ring header, headroom and padding per frame. */
const OVERHEAD = 144;

const COLUMNS = {
  visit: 'walk, visitor',
  reference: 'reference',
  pump: 'pump',
  pcapng: 'PCAPNG',
} as const;

export const ringWalkSuite: BenchSuite = {
  name: 'ring-walk',
  about:
    'nanoseconds per frame of a 1 MiB block: lent to a visitor; PCAP records by the reference, by the pump; PCAPNG by the pump',
  columns: Object.values(COLUMNS),
  async run() {
    const rows: BenchRow[] = [];
    for (const length of [100, 1400, 9000]) {
      for (const filter of [undefined, 'udp', 'tcp port 25']) rows.push(await walkRow(length, filter));
    }
    for (const filter of [undefined, 'udp']) rows.push(await walkRow(100, filter, true));
    return rows;
  },
};

/** @param cooked as on `any`: a cooked header replaces the link header, and the filter runs again in user space */
async function walkRow(length: number, filter: string | undefined, cooked = false): Promise<BenchRow> {
  const memory = new CaptureMemory({ ringSize: BLOCK_SIZE, outputSize: BLOCK_SIZE });
  const frames = Array.from({ length: Math.floor(BLOCK_SIZE / (length + OVERHEAD)) }, () => udpFrame(length));
  writeBlock(memory, memory.ring, frames);
  const linkType = cooked ? LinkType.linuxSll2 : LinkType.ethernet;
  const instructions = filter === undefined ? undefined : compileFilter(filter, { linkType }).instructions;
  const walk = { cooked, skipsLoopbackOutgoing: cooked, snapLength: 262_144 } as const;
  const engine = instructions === undefined ? undefined : createEngine(instructions, { engine: 'interpreter' });
  const createFilter =
    engine && ((): RingFilter => (frame) => engine.run(frame.data, frame.offset, frame.length, frame.wireLength));
  const batch = new BlockBatch(memory, { ...walk, createFilter });
  const settings = { ...walk, instructions, format: { container: 'pcap', timestampPrecision: 'micro' } } as const;
  const reference = createRecorder(memory, batch, settings, false);
  const pump = createPump(memory, settings);
  const pcapng = createPump(memory, { ...settings, format: { container: 'pcapng', inPlace: false } });

  let bytes = 0;
  const visit = (): number => {
    batch.wrap(memory.ring).forEach((frame) => {
      bytes += frame.length;
    });
    return bytes;
  };
  const record = (recorder: { record(block: number, output: number, limit: number): number }) => () =>
    recorder.record(memory.ring, memory.output, 0xffff_ffff);
  const count = frames.length;
  return {
    name: `${length} bytes${cooked ? ' on any' : ''}, ${filter ?? 'no filter'}`,
    values: {
      [COLUMNS.visit]: await measure(count, visit),
      [COLUMNS.reference]: await measure(count, record(reference)),
      [COLUMNS.pump]: pump === undefined ? undefined : await measure(count, record(pump)),
      [COLUMNS.pcapng]: pcapng === undefined ? undefined : await measure(count, record(pcapng)),
    },
  };
}

/** Returns an IPv4/UDP frame from port 4000 to port 9. */
function udpFrame(length: number): RingFrameSpec {
  const bytes = new Uint8Array(length).fill(0x5a);
  bytes.set([
    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 1, 1, 10, 1, 1, 2,
  ]);
  bytes.set([4000 >> 8, 4000 & 0xff, 0, 9], 34);
  return {
    bytes,
    wireLength: length,
    seconds: 1_700_000_000,
    nanoseconds: 123_456_789,
    status: 1,
    vlanTci: 0,
    vlanTpid: 0,
    rxHash: 0,
    protocol: 0x0800,
    interfaceIndex: 2,
    hardwareType: 1,
    packetType: 0,
    address: new Uint8Array(8),
  };
}
