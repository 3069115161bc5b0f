/**
 * Cooked captures in the kernel. A packet socket of type SOCK_DGRAM hands out packets without a link-layer header; the
 * cooked header of the capture is made of what the kernel knows besides. A filter for that header is therefore rewritten
 * before the kernel can run it: bytes behind the header move to the front, and fields of the header become ancillary
 * loads (linux/filter.h). @module
 */
import { LinkType } from '../base/link-type.ts';
import { AncillaryOffset, SKF_AD_OFF } from './ancillary.ts';
import { BpfClass, type BpfInstruction, BpfJump, BpfMode, BpfSize } from './instruction.ts';

interface CookedHeader {
  readonly length: number;
  /** `offset:size code` of a field, and the ancillary load that gives the same number. */
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
 * The program that gives the same verdicts on a SOCK_DGRAM packet socket. Of a frame it keeps what is to be kept behind
 * the header, and one byte where that is nothing, since 0 refuses. Undefined when there is none, because the filter
 * looks at other parts of the cooked header or at the length of the packet, which has that header in it.
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

/** Interfaces whose frames begin with a link header of one length. */
export interface LinkKind {
  /** ARPHRD numbers. */
  readonly hardwareTypes: readonly number[];
  readonly linkHeaderLength: number;
}

/** What the kernel does with a frame that is wanted: hands it over whole, since it is judged once more. */
const ACCEPT_WHOLE: BpfInstruction = { code: BpfClass.ret, jt: 0, jf: 0, k: 0xffff_ffff };

/**
 * An early drop for a SOCK_RAW packet socket on all interfaces, where each frame has its own link header in front: frames
 * of these kinds are judged where their packet begins, any other is let through. What is let through is whole, and is
 * to be judged by the program itself. Undefined where there is none, as for `adaptForCookedSocket`.
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

/** An instruction of a program for packets, for packets that begin behind so many bytes. */
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
