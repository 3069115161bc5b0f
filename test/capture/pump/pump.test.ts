/** Compares the pump with the reference walk: the same block must give the same records. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../../src/base/link-type.ts';
import { compileFilter } from '../../../src/bpf/compile-filter.ts';
import { interpret } from '../../../src/bpf/engine/interpret.ts';
import type { BpfInstruction } from '../../../src/bpf/instruction.ts';
import { HardwareType } from '../../../src/capture/device.ts';
import { CaptureMemory } from '../../../src/capture/memory.ts';
import { createPump, PumpCounters } from '../../../src/capture/pump/pump.ts';
import type { PumpSettings } from '../../../src/capture/pump/pump-code.ts';
import { createRecorder } from '../../../src/capture/pump/recorder.ts';
import { BlockBatch, type RingFilter } from '../../../src/capture/ring/block-batch.ts';
import { TP_STATUS_USER, TP_STATUS_VLAN_TPID_VALID, TP_STATUS_VLAN_VALID } from '../../../src/capture/ring/tpacket.ts';
import { BlockType, type RecordFormat } from '../../../src/pcap/format.ts';
import { PacketType } from '../../../src/wire/linux-cooked.ts';
import { type RingFrameSpec, writeBlock } from '../../support/ring-block.ts';

const BLOCK_SIZE = 1 << 17;
const memory = new CaptureMemory({ ringSize: BLOCK_SIZE, outputSize: BLOCK_SIZE });

const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

/** Ethernet frames, with an IPv4 header often enough that filters accept some of them. */
const frameBytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ minLength: 500, maxLength: 1600 }),
  fc
    .tuple(fc.constantFrom(6, 17), fc.constantFrom(25, 53), fc.uint8Array({ maxLength: 90 }))
    .map(([protocol, port, rest]) => {
      const bytes = new Uint8Array(42 + rest.length);
      bytes.set([0x08, 0x00, 0x45], 12);
      bytes[23] = protocol;
      bytes.set([10, 1, 1, 1, 10, 1, 1, 2, 0, port, 0, 99], 26);
      bytes.set(rest, 42);
      return bytes;
    }),
);

const frame: fc.Arbitrary<RingFrameSpec> = fc.record({
  bytes: frameBytes,
  wireLength: fc.integer({ min: 0, max: 70_000 }),
  seconds: uint32,
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  status: fc.constantFrom(
    TP_STATUS_USER,
    TP_STATUS_USER | TP_STATUS_VLAN_VALID,
    TP_STATUS_USER | TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID,
  ),
  vlanTci: fc.oneof(fc.constant(0), uint16),
  vlanTpid: fc.constantFrom(0, 0x8100, 0x88a8),
  rxHash: uint32,
  protocol: fc.constantFrom(0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 4),
  interfaceIndex: fc.integer({ min: 1, max: 300 }),
  hardwareType: fc.constantFrom(HardwareType.ethernet, HardwareType.loopback, HardwareType.none, 778),
  packetType: fc.integer({ min: 0, max: PacketType.outgoing }),
  address: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  networkOffset: fc.constantFrom(0, 4, 14, 18, 20),
});

const FILTERS = [
  undefined,
  'ip',
  'tcp port 25',
  'not ip host 10.1.1.1',
  'vlan',
  'vlan and ip',
  'inbound',
  'ifindex 7 or udp',
];

function programOf(
  filter: string | undefined,
  cooked: boolean,
  snapLength: number,
): readonly BpfInstruction[] | undefined {
  if (filter === undefined) return undefined;
  const linkType = cooked ? LinkType.linuxSll2 : LinkType.ethernet;
  return compileFilter(filter, { linkType, snapLength, live: true }).instructions;
}

const settings = fc
  .record({
    cooked: fc.boolean(),
    skipsLoopbackOutgoing: fc.boolean(),
    snapLength: fc.constantFrom(1, 13, 60, 262_144),
    format: fc.constantFrom<RecordFormat>(
      { container: 'pcap', timestampPrecision: 'micro' },
      { container: 'pcap', timestampPrecision: 'nano' },
      { container: 'pcapng', inPlace: false },
    ),
    filter: fc.constantFrom(...FILTERS),
  })
  .filter(({ cooked, filter }) => !(cooked && filter?.startsWith('vlan')))
  .map(
    ({ filter, ...rest }): PumpSettings => ({ ...rest, instructions: programOf(filter, rest.cooked, rest.snapLength) }),
  );

function record(frames: readonly RingFrameSpec[], walk: PumpSettings, limit: number, mayPump: boolean): Uint8Array {
  const { instructions } = walk;
  const createFilter =
    instructions &&
    ((): RingFilter => (ring) => interpret(instructions, ring.data, ring.offset, ring.length, ring.wireLength, ring));
  const batch = new BlockBatch(memory, { ...walk, createFilter });
  const recorder = createRecorder(memory, batch, walk, mayPump);
  writeBlock(memory, memory.ring, frames);
  const length = recorder.record(memory.ring, memory.output, limit);
  return memory.bytes.slice(memory.output, memory.output + length);
}

describe('the pump', () => {
  test('is used by a recorder when WebAssembly is available', () => {
    const instructions = programOf('tcp port 25', false, 96);
    const pump = createPump(memory, {
      cooked: false,
      skipsLoopbackOutgoing: false,
      snapLength: 96,
      instructions,
      format: { container: 'pcap', timestampPrecision: 'micro' },
    });
    expect(pump).toBeDefined();
  });

  test('writes the same records as the reference walk, for every setting, filter and frame', () => {
    const limit = fc.constantFrom(0, 1, 3, 1000);
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), settings, limit, (frames, walk, most) => {
        const reference = record(frames, walk, most, false);
        expect(record(frames, walk, most, true)).toEqual(reference);
      }),
      { numRuns: 600 },
    );
  });

  test('counts frames, truncated frames and restored tags as the reference walk does, over several blocks', () => {
    const counted = new CaptureMemory({ ringSize: BLOCK_SIZE, outputSize: BLOCK_SIZE });
    const walk = { cooked: false, skipsLoopbackOutgoing: false, snapLength: 60, instructions: undefined } as const;
    const batch = new BlockBatch(counted, { ...walk, createFilter: undefined });
    const pump = createPump(counted, { ...walk, format: { container: 'pcap', timestampPrecision: 'nano' } });
    const counters = new PumpCounters();
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
        writeBlock(counted, counted.ring, frames);
        pump?.record(counted.ring, counted.output, 1000);
        counters.update(counted);
        writeBlock(counted, counted.ring, frames);
        batch.wrap(counted.ring).forEach(() => {});
        const { accepted, truncated, vlanTags } = batch;
        expect(counters).toMatchObject({ accepted, truncated, vlanTags });
      }),
      { numRuns: 100 },
    );
    expect(batch.truncated).toBeGreaterThan(50);
    expect(batch.vlanTags).toBeGreaterThan(50);
  });

  test('a record holds the frame with its tag at the position on the wire (IEEE 802.1Q, 9.3)', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, index) => index);
    const tagged: RingFrameSpec = {
      bytes,
      wireLength: 64,
      seconds: 1_700_000_000,
      nanoseconds: 123_456_789,
      status: TP_STATUS_USER | TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID,
      vlanTci: 0x6064,
      vlanTpid: 0x88a8,
      rxHash: 0,
      protocol: 0x0800,
      interfaceIndex: 2,
      hardwareType: HardwareType.ethernet,
      packetType: 0,
      address: new Uint8Array(8),
    };
    const walk = { cooked: false, skipsLoopbackOutgoing: false, snapLength: 262_144, instructions: undefined } as const;
    const records = record([tagged], { ...walk, format: { container: 'pcap', timestampPrecision: 'micro' } }, 10, true);
    const view = new DataView(records.buffer);
    expect([0, 4, 8, 12].map((at) => view.getUint32(at, true))).toEqual([1_700_000_000, 123_456, 68, 68]);
    expect([...records.subarray(16)]).toEqual([
      ...bytes.subarray(0, 12),
      0x88,
      0xa8,
      0x60,
      0x64,
      ...bytes.subarray(12),
    ]);
  });

  test('turns ring blocks into file blocks in place, with only filler between frames', () => {
    const cooked = fc.boolean();
    // The capture requests a multiple of 4 from the kernel; with other values frames must be moved.
    const headroom = fc.constantFrom(32, 33, 34, 35);
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 12 }), cooked, headroom, (frames, isCooked, room) => {
        const walk: PumpSettings = {
          cooked: isCooked,
          skipsLoopbackOutgoing: false,
          snapLength: 262_144,
          instructions: undefined,
          format: { container: 'pcapng', inPlace: false },
        };
        memory.bytes.fill(0xa5, memory.ring, memory.ring + BLOCK_SIZE);
        writeBlock(memory, memory.ring, frames, room);
        const pump = createPump(memory, { ...walk, placeInBlocksOf: BLOCK_SIZE });
        expect(pump?.record(memory.ring, memory.output, 1000)).toBe(BLOCK_SIZE);
        const { packets, others } = splitBlocks(memory.bytes.slice(memory.ring, memory.ring + BLOCK_SIZE));
        expect(others).toEqual(new Set([BlockType.filler]));
        expect(packets).toEqual(record(frames, walk, 1000, false));
        expect(pump?.frames).toBe(frames.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** Splits PCAPNG blocks: concatenates those with frames, and collects the types of all others. */
function splitBlocks(bytes: Uint8Array): { packets: Uint8Array; others: Set<number> } {
  const view = new DataView(bytes.buffer);
  const packets: number[] = [];
  const others = new Set<number>();
  let at = 0;
  while (at < bytes.length) {
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    expect(length).toBeGreaterThanOrEqual(12);
    expect(length % 4).toBe(0);
    expect(view.getUint32(at + length - 4, true)).toBe(length);
    if (type === BlockType.enhancedPacket) packets.push(...bytes.subarray(at, at + length));
    else others.add(type);
    at += length;
  }
  expect(at).toBe(bytes.length);
  return { packets: Uint8Array.from(packets), others };
}
