/** The pump and the reference walk are two engines for one job: the same block must give the same records. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { type BpfInstruction, compileFilter, interpret } from '../../src/bpf/index.ts';
import { BlockBatch } from '../../src/capture/block-batch.ts';
import { HardwareType } from '../../src/capture/device.ts';
import { CaptureMemory } from '../../src/capture/memory.ts';
import { createPump } from '../../src/capture/pump.ts';
import type { PumpSettings } from '../../src/capture/pump-code.ts';
import { createRecorder } from '../../src/capture/recorder.ts';
import {
  PACKET_OUTGOING,
  TP_STATUS_USER,
  TP_STATUS_VLAN_TPID_VALID,
  TP_STATUS_VLAN_VALID,
} from '../../src/capture/tpacket.ts';
import { type RingFrameSpec, writeBlock } from '../support/ring-block.ts';

const BLOCK_SIZE = 1 << 17;

const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

/** Ethernet with an IPv4 header often enough that filters say yes and no. */
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
  protocol: fc.constantFrom(0x0800, 0x0806, 0x86dd),
  interfaceIndex: fc.integer({ min: 1, max: 300 }),
  hardwareType: fc.constantFrom(HardwareType.ethernet, HardwareType.loopback),
  packetType: fc.integer({ min: 0, max: PACKET_OUTGOING }),
  address: fc.uint8Array({ minLength: 8, maxLength: 8 }),
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
    timestampPrecision: fc.constantFrom('micro' as const, 'nano' as const),
    filter: fc.constantFrom(...FILTERS),
  })
  .filter(({ cooked, filter }) => !(cooked && filter?.startsWith('vlan')))
  .map(
    ({ filter, ...rest }): PumpSettings => ({ ...rest, instructions: programOf(filter, rest.cooked, rest.snapLength) }),
  );

function record(frames: readonly RingFrameSpec[], walk: PumpSettings, limit: number, mayPump: boolean): Uint8Array {
  const memory = new CaptureMemory({ ringSize: BLOCK_SIZE, outputSize: BLOCK_SIZE });
  const { instructions } = walk;
  const filter =
    instructions === undefined
      ? undefined
      : (ring: Parameters<NonNullable<ConstructorParameters<typeof BlockBatch>[1]['filter']>>[0]) =>
          interpret(instructions, ring.data, ring.offset, ring.length, ring.wireLength, ring);
  const batch = new BlockBatch(memory, { ...walk, filter });
  const recorder = createRecorder(memory, batch, walk, mayPump);
  writeBlock(memory, memory.ring, frames);
  const length = recorder.record(memory.ring, memory.output, limit);
  return memory.bytes.slice(memory.output, memory.output + length);
}

describe('the pump', () => {
  test('is what a recorder takes where WebAssembly is on', () => {
    const memory = new CaptureMemory({ ringSize: BLOCK_SIZE, outputSize: BLOCK_SIZE });
    const instructions = programOf('tcp port 25', false, 96);
    const pump = createPump(memory, {
      cooked: false,
      skipsLoopbackOutgoing: false,
      snapLength: 96,
      instructions,
      timestampPrecision: 'micro',
    });
    expect(pump).toBeDefined();
  });

  test('writes what the reference walk writes, for every setting, filter and frame', () => {
    const limit = fc.constantFrom(0, 1, 3, 1000);
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), settings, limit, (frames, walk, most) => {
        const reference = record(frames, walk, most, false);
        expect(record(frames, walk, most, true)).toEqual(reference);
      }),
      { numRuns: 600 },
    );
  });

  test('a record holds the frame with its tag where it was on the wire (IEEE 802.1Q, 9.3)', () => {
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
    const records = record([tagged], { ...walk, timestampPrecision: 'micro' }, 10, true);
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
});
