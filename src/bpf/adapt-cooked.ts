/**
 * Adapts filters of cooked captures to the kernel. A packet socket of type SOCK_DGRAM delivers packets without a
 * link-layer header; the cooked header of the capture is built from the kernel's metadata. A filter for that header is
 * therefore rewritten before the kernel can run it: offsets behind the header move to the front, and loads from the
 * header become ancillary loads (linux/filter.h). @module
 */
import { LinkType } from '../base/link-type.ts';
import { AncillaryOffset, SKF_AD_OFF } from './ancillary.ts';
import { BpfClass, type BpfInstruction, BpfJump, BpfMode, BpfSize } from './instruction.ts';

interface CookedHeader {
  readonly length: number;
  /** By `offset:size code` of a field: the ancillary load of the same number. */
  readonly fields: ReadonlyMap<string, number>;
}

const HEADERS: ReadonlyMap<LinkType, CookedHeader> = new Map([
  [
    LinkType.linuxSll,
    {
      length: 16,
      fields: new Map([
        [fieldKey(0, BpfSize.half), AncillaryOffset.packetType],
        [fieldKey(2, BpfSize.half), AncillaryOffset.hardwareType],
        [fieldKey(14, BpfSize.half), AncillaryOffset.protocol],
      ]),
    },
  ],
  [
    LinkType.linuxSll2,
    {
      length: 20,
      fields: new Map([
        [fieldKey(0, BpfSize.half), AncillaryOffset.protocol],
        [fieldKey(4, BpfSize.word), AncillaryOffset.interfaceIndex],
        [fieldKey(8, BpfSize.half), AncillaryOffset.hardwareType],
        [fieldKey(10, BpfSize.byte), AncillaryOffset.packetType],
      ]),
    },
  ],
]);

const CLASS_MASK = 0x07;
const SIZE_MASK = 0x18;
const MODE_MASK = 0xe0;

/**
 * Returns the program with the same verdicts for a SOCK_DGRAM packet socket. It keeps the bytes after the header, but
 * at least one, since 0 rejects the packet. Returns undefined if the filter reads other parts of the cooked header, or
 * the length of the packet, which includes that header.
 */
export function adaptForCookedSocket(
  instructions: readonly BpfInstruction[],
  linkType: LinkType,
): readonly BpfInstruction[] | undefined {
  const header = HEADERS.get(linkType);
  if (header === undefined) return undefined;
  const adapted: BpfInstruction[] = [];
  for (const instruction of instructions) {
    const moved = adapt(instruction, header);
    if (moved === undefined) return undefined;
    adapted.push(moved);
  }
  return adapted;
}

/** Interface types whose frames have a link header of one length. */
export interface LinkKind {
  /** ARPHRD numbers. */
  readonly hardwareTypes: readonly number[];
  readonly linkHeaderLength: number;
}

/** Verdict of the kernel program on a frame that it accepts: the whole frame, because user space filters it again. */
const ACCEPT_WHOLE: BpfInstruction = { code: BpfClass.ret, jt: 0, jf: 0, k: 0xffff_ffff };

/**
 * Returns an early filter for a SOCK_RAW packet socket on all interfaces, where each frame has the link header of its
 * own interface. Frames of the known types are filtered from the start of their packet, all others pass. Accepted
 * frames are kept whole, and the caller must run the program itself on them. Returns undefined where
 * `adaptForCookedSocket` does.
 */
export function adaptForAllInterfaces(
  instructions: readonly BpfInstruction[],
  linkType: LinkType,
  kinds: readonly LinkKind[],
): readonly BpfInstruction[] | undefined {
  const packetProgram = adaptForCookedSocket(instructions, linkType);
  if (packetProgram === undefined) return undefined;
  const hardwareType = (SKF_AD_OFF + AncillaryOffset.hardwareType) >>> 0;
  const adapted: BpfInstruction[] = [
    { code: BpfClass.ld | BpfSize.word | BpfMode.absolute, jt: 0, jf: 0, k: hardwareType },
  ];
  for (const { hardwareTypes, linkHeaderLength } of kinds) {
    const { length } = hardwareTypes;
    for (const [index, k] of hardwareTypes.entries()) {
      adapted.push({ code: BpfClass.jmp | BpfJump.equal, jt: length - index, jf: 0, k });
    }
    adapted.push({ code: BpfClass.jmp | BpfJump.always, jt: 0, jf: 0, k: packetProgram.length });
    for (const instruction of packetProgram) adapted.push(behindLinkHeader(instruction, linkHeaderLength));
  }
  adapted.push(ACCEPT_WHOLE);
  return adapted;
}

/** Moves an instruction of a program for packets to packets that begin after `linkHeaderLength` bytes. */
function behindLinkHeader(instruction: BpfInstruction, linkHeaderLength: number): BpfInstruction {
  const { code, k } = instruction;
  const kind = code & CLASS_MASK;
  if (kind === BpfClass.ret) return code === BpfClass.ret && k === 0 ? instruction : ACCEPT_WHOLE;
  if (kind !== BpfClass.ld && kind !== BpfClass.ldx) return instruction;
  const mode = code & MODE_MASK;
  const isIndirect = mode === BpfMode.indirect || mode === BpfMode.header;
  if (!isIndirect && (mode !== BpfMode.absolute || k >= SKF_AD_OFF)) return instruction;
  return { ...instruction, k: k + linkHeaderLength };
}

function adapt(instruction: BpfInstruction, header: CookedHeader): BpfInstruction | undefined {
  const { code, k } = instruction;
  const kind = code & CLASS_MASK;
  if (code === BpfClass.ret && k > 0) return { ...instruction, k: Math.max(1, k - header.length) };
  if (kind !== BpfClass.ld && kind !== BpfClass.ldx) return instruction;
  switch (code & MODE_MASK) {
    case BpfMode.length:
      return undefined;
    case BpfMode.indirect:
    case BpfMode.header:
      return k >= header.length ? { ...instruction, k: k - header.length } : undefined;
    case BpfMode.absolute: {
      if (k >= header.length) return k >= SKF_AD_OFF ? instruction : { ...instruction, k: k - header.length };
      const ancillary = header.fields.get(fieldKey(k, code & SIZE_MASK));
      if (ancillary === undefined) return undefined;
      return { ...instruction, code: BpfClass.ld | BpfSize.word | BpfMode.absolute, k: (SKF_AD_OFF + ancillary) >>> 0 };
    }
    default:
      return instruction;
  }
}

function fieldKey(offset: number, size: number): string {
  return `${offset}:${size}`;
}
