/**
 * Emits `protochain`: follows the next-header fields of IPv6 extension headers and of AH until one is the wanted
 * protocol. This is the only loop in filters. @module
 */
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { BPF_MEMORY_WORDS, BpfAlu, BpfClass, BpfMisc, BpfMode, BpfSize, BpfSource } from '../instruction.ts';
import { type CodeBuffer, JUMP_EQUAL, type Label } from './code-buffer.ts';

export interface HeaderChain {
  readonly family: 'ip' | 'ip6';
  readonly protocol: number;
  /** Offset of the network header. */
  readonly headerOffset: number;
}

const IPV4_PROTOCOL = 9;
const IPV6_NEXT_HEADER = 6;
const IPV6_HEADER_LENGTH = 40;
/** Extension headers whose second byte counts 8-byte units after the first (RFC 8200, 4.3 to 4.6; 0 in a fragment's). */
const EXTENSION_HEADERS = [
  IpProtocol.hopByHop,
  IpProtocol.destinationOptions,
  IpProtocol.routing,
  IpProtocol.fragment,
] as const;
/** The word of memory that keeps the next header while its offset is computed. */
const NEXT_HEADER_WORD = BPF_MEMORY_WORDS - 1;

const LOAD_BYTE = BpfClass.ld | BpfSize.byte;

export function emitHeaderChain(code: CodeBuffer, chain: HeaderChain, onTrue: Label, onFalse: Label): void {
  const { family, protocol, headerOffset } = chain;
  const again = code.label();
  const authentication = code.label();
  if (family === 'ip') {
    code.push(LOAD_BYTE | BpfMode.absolute, headerOffset + IPV4_PROTOCOL);
    code.push(BpfClass.ldx | BpfSize.byte | BpfMode.header, headerOffset);
  } else {
    code.push(LOAD_BYTE | BpfMode.absolute, headerOffset + IPV6_NEXT_HEADER);
    code.push(BpfClass.ldx | BpfMode.immediate, IPV6_HEADER_LENGTH);
  }
  code.place(again);
  jumpIfEqual(code, protocol, onTrue);
  const step = code.label();
  if (family === 'ip6') {
    const extension = code.label();
    for (const header of EXTENSION_HEADERS) jumpIfEqual(code, header, extension);
    code.jump(JUMP_EQUAL, IpProtocol.ah, authentication, onFalse);
    code.place(extension);
    loadNext(code, headerOffset);
    // (length + 1) * 8, of which the last four are multiplied below.
    code.push(BpfClass.alu | BpfAlu.add, 1);
    code.push(BpfClass.alu | BpfAlu.lsh, 1);
    code.jumpAlways(step);
  } else {
    code.jump(JUMP_EQUAL, IpProtocol.ah, authentication, onFalse);
  }
  code.place(authentication);
  loadNext(code, headerOffset);
  // RFC 4302, 2.2: AH counts 4-byte units, less two.
  code.push(BpfClass.alu | BpfAlu.add, 2);
  code.place(step);
  code.push(BpfClass.alu | BpfAlu.lsh, 2);
  code.push(BpfClass.alu | BpfAlu.add | BpfSource.x);
  code.push(BpfClass.misc | BpfMisc.tax);
  code.push(BpfClass.ld | BpfMode.memory, NEXT_HEADER_WORD);
  code.jumpAlways(again);
}

function jumpIfEqual(code: CodeBuffer, k: number, target: Label): void {
  const next = code.label();
  code.jump(JUMP_EQUAL, k, target, next);
  code.place(next);
}

/** Keeps the next header in memory, and loads the length field of this one into A. */
function loadNext(code: CodeBuffer, headerOffset: number): void {
  code.push(LOAD_BYTE | BpfMode.indirect, headerOffset);
  code.push(BpfClass.st, NEXT_HEADER_WORD);
  code.push(LOAD_BYTE | BpfMode.indirect, headerOffset + 1);
}
