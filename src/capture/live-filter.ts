/** Decides where the filter of a live capture runs: in the kernel if possible, otherwise in an engine here. @module */
import { defined } from '../base/defined.ts';
import { StackError } from '../base/errors.ts';
import {
  adaptForAllInterfaces,
  adaptForCookedSocket,
  type BpfInstruction,
  compileFilter,
  createEngine,
  type EngineName,
  keptLength,
  usesAncillary,
  withDirection,
} from '../bpf/index.ts';
import { ETHERNET_HEADER_LENGTH } from '../wire/ethernet.ts';
import { ANY_INTERFACE_INDEX, type CaptureDevice, HardwareType, RAW_IP_TYPES } from './device.ts';
import type { LiveOptions } from './live-source.ts';
import type { CaptureMemory } from './memory.ts';
import type { RingFilter } from './ring/block-batch.ts';
import type { PacketSocket } from './ring/packet-socket.ts';

const WHOLE = Number.POSITIVE_INFINITY;

/**
 * Where the filter runs. In user space nothing is left to do without a filter, or with one that the kernel runs alone.
 */
export interface FilterPlacement {
  /** The kernel has a program: it decides alone, or drops most unwanted frames early. */
  readonly isAttached: boolean;
  readonly instructions: readonly BpfInstruction[] | undefined;
  /** Creates the filter for single frames. A recorder to a file has its own, so most captures need none. */
  readonly createFilter: (() => RingFilter) | undefined;
  /** Maximum number of bytes to keep if the kernel filters alone: it cuts before a header or a tag is prepended. */
  readonly longest: number;
}

export interface PlacementParts {
  readonly device: CaptureDevice;
  readonly socket: PacketSocket;
  readonly memory: CaptureMemory;
  readonly engine: EngineName;
  readonly warn: (message: string) => void;
}

/** Compiles the filter of a capture and reports its warnings. @throws FilterError */
export function compileLive(
  { linkType, netmask }: CaptureDevice,
  snapLength: number,
  { filter, direction = 'inout', resolver, optimize, onWarning }: LiveOptions,
): readonly BpfInstruction[] | undefined {
  if (typeof filter !== 'string') return withDirection(filter, direction, snapLength);
  const { instructions, warnings } = compileFilter(filter, {
    linkType,
    snapLength,
    live: true,
    ...defined({ netmask, resolver, optimize }),
  });
  for (const { message } of warnings) onWarning?.(message);
  return withDirection(instructions, direction, snapLength);
}

/**
 * Attaches the program to the socket, or keeps it for user space. No frame has arrived yet, so none bypasses the
 * filter, and none is filtered twice, except on `any`: there the kernel's program only fits the most frequent kinds of
 * frames.
 * @throws StackError `FILTER_KERNEL` if only the kernel may filter and rejects the program
 */
export function placeFilter(program: readonly BpfInstruction[] | undefined, parts: PlacementParts): FilterPlacement {
  const nothing = { instructions: undefined, createFilter: undefined } as const;
  if (program === undefined) return { ...nothing, isAttached: false, longest: WHOLE };
  const { attach } = createEngine(program); // the interpreter: checks the program and compiles nothing
  const isAttached = attachToSocket(program, attach, parts);
  if (isAttached && parts.device.index !== ANY_INTERFACE_INDEX) {
    return { ...nothing, isAttached, longest: keptLength(program) ?? WHOLE };
  }
  return { isAttached, instructions: program, createFilter: () => createRingFilter(program, parts), longest: WHOLE };
}

function createRingFilter(program: readonly BpfInstruction[], { engine, memory }: PlacementParts): RingFilter {
  const { run } = createEngine(program, { engine, ...defined({ memory: memory.memory }) });
  const needsAncillary = usesAncillary(program);
  return (frame) => run(frame.data, frame.offset, frame.length, frame.wireLength, needsAncillary ? frame : undefined);
}

/**
 * Adapts the program to the socket, where neither the cooked header nor a tag is prepended yet. A program that keeps
 * different lengths stays in user space.
 */
function adaptFor(
  { index, cooked, linkType }: CaptureDevice,
  program: readonly BpfInstruction[],
): readonly BpfInstruction[] | undefined {
  if (index !== ANY_INTERFACE_INDEX) {
    if (keptLength(program) === undefined) return undefined;
    return cooked ? adaptForCookedSocket(program, linkType) : program;
  }
  return adaptForAllInterfaces(program, linkType, [
    { hardwareTypes: [HardwareType.ethernet, HardwareType.loopback], linkHeaderLength: ETHERNET_HEADER_LENGTH },
    { hardwareTypes: [...RAW_IP_TYPES], linkHeaderLength: 0 },
  ]);
}

function attachToSocket(
  program: readonly BpfInstruction[],
  mayAttach: boolean,
  { device, socket, engine, warn }: PlacementParts,
): boolean {
  if (engine === 'wasm' || engine === 'interpreter') return false;
  const adapted = adaptFor(device, program);
  if (mayAttach && adapted !== undefined && socket.attachFilter(adapted)) return true;
  const refusal = 'the kernel rejected the filter';
  if (engine === 'kernel') throw new StackError('FILTER_KERNEL', `${refusal}; use another --engine`);
  warn(`${refusal}; filtering in user space`);
  return false;
}
