/** Who judges the frames of a live capture: the kernel where it may and can, else an engine here. @module */
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
} from '../bpf/index.ts';
import type { FrameFilter } from './block-batch.ts';
import { ANY_INTERFACE_INDEX, type CaptureDevice, HardwareType, RAW_IP_TYPES } from './device.ts';
import type { LiveOptions } from './live-source.ts';
import type { CaptureMemory } from './memory.ts';
import type { PacketSocket } from './packet-socket.ts';
import { ETHERNET_HEADER_LENGTH } from './ring-frame.ts';

const WHOLE = Number.POSITIVE_INFINITY;

/** What is left for us to judge with: nothing when all frames are wanted, or the kernel judges alone. */
export interface LiveJudge {
  /** The kernel has a program: it judges alone, or drops early most of what we would refuse. */
  readonly isAttached: boolean;
  readonly instructions: readonly BpfInstruction[] | undefined;
  readonly filter: FrameFilter | undefined;
  /** Bytes of a frame to keep at most, where the kernel judges alone: it cuts before a header or a tag is put in front. */
  readonly longest: number;
}

export interface JudgeParts {
  readonly device: CaptureDevice;
  readonly socket: PacketSocket;
  readonly memory: CaptureMemory;
  readonly engine: EngineName;
  readonly warn: (message: string) => void;
}

/** Compiles a capture's filter and passes its warnings on. @throws FilterError */
export function compileLive(
  { linkType, netmask }: CaptureDevice,
  snapLength: number,
  { filter, resolver, onWarning }: LiveOptions,
): readonly BpfInstruction[] | undefined {
  if (typeof filter !== 'string') return filter;
  const { instructions, warnings } = compileFilter(filter, {
    linkType,
    snapLength,
    live: true,
    ...(netmask === undefined ? {} : { netmask }),
    ...(resolver === undefined ? {} : { resolver }),
  });
  for (const { message } of warnings) onWarning?.(message);
  return instructions;
}

/**
 * Hands the program to the kernel, or keeps it. Nothing slips through beside it, since no frame has come yet, and so
 * nothing is judged twice, but on `any`: there the kernel's verdict is made for what frames of most kinds look like.
 * @throws StackError `FILTER_KERNEL` when only the kernel may judge and it does not take the program
 */
export function judgeLive(program: readonly BpfInstruction[] | undefined, parts: JudgeParts): LiveJudge {
  if (program === undefined) return { isAttached: false, instructions: undefined, filter: undefined, longest: WHOLE };
  const { memory } = parts.memory;
  const engine = createEngine(program, { engine: parts.engine, ...(memory === undefined ? {} : { memory }) });
  const isAttached = attachToSocket(program, engine.attach, parts);
  if (isAttached && parts.device.index !== ANY_INTERFACE_INDEX) {
    return { isAttached, instructions: undefined, filter: undefined, longest: keptLength(program) ?? WHOLE };
  }
  const needsAncillary = usesAncillary(program);
  const filter: FrameFilter = (frame) =>
    engine.run(frame.data, frame.offset, frame.length, frame.wireLength, needsAncillary ? frame : undefined);
  return { isAttached, instructions: program, filter, longest: WHOLE };
}

/**
 * The program as the device's socket needs it: there neither the cooked header nor a tag is in front yet. What is to be
 * cut to one length here and to another there is judged in user space.
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
  { device, socket, engine, warn }: JudgeParts,
): boolean {
  if (engine === 'wasm' || engine === 'interpreter') return false;
  const adapted = adaptFor(device, program);
  if (mayAttach && adapted !== undefined && socket.attachFilter(adapted)) return true;
  const refusal = 'the kernel does not take this filter';
  if (engine === 'kernel') throw new StackError('FILTER_KERNEL', `${refusal}: use another --engine`);
  warn(`${refusal}: every frame comes to user space and is judged here`);
  return false;
}
