/**
 * DNS messages (RFC 1035; RFC 3596, 2782, 6891): questions and answers. Compression pointers are followed backwards only
 * and names have a maximum length, so a loop of pointers (CVE-2005-1278) ends early. @module
 */
import { formatIpv4, formatIpv6 } from '../../base/address.ts';
import { readU8, readU16, readU32 } from '../../base/bytes.ts';
import { printableBytes } from '../../base/text.ts';
import type { LayerPlace } from '../layer.ts';
import type { Binding, DecodeContext, Protocol } from '../protocol.ts';
import { capturedLengthOf, type Region, wireLengthOf } from '../region.ts';

/** A DNS message (RFC 1035, 4). */
export interface DnsLayer extends LayerPlace {
  readonly kind: 'dns';
  readonly length: number;
  /** Over TCP, where two bytes of length precede each message. */
  readonly isStream: boolean;
  readonly identifier: number;
  /** The 16 bits after the identifier. */
  readonly flags: number;
  /** Response code, with the upper bits of EDNS (RFC 6891, 6.1.3). */
  readonly responseCode: number;
  /** Numbers of questions, answers, authority and additional records in the header. */
  readonly counts: readonly [number, number, number, number];
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  /** The message was cut, is malformed, or has more questions or answers than are kept. */
  readonly isCut: boolean;
}

interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

interface DnsRecord extends DnsQuestion {
  /** Seconds. */
  readonly timeToLive: number;
  /** Text of the types that hold addresses, names or strings. */
  readonly data?: string;
}

/** A message shorter than the header. */
export interface BadDnsLayer extends LayerPlace {
  readonly kind: 'bad-dns';
  readonly length: number;
}

const HEADER_LENGTH = 12;
const PORT = 53;
/** Limit of questions, and of answers. */
const MAXIMUM_KEPT = 32;
/** A name has at most 255 bytes, hence 127 labels (RFC 1035, 2.3.4); pointers count as labels. */
const MAXIMUM_LABELS = 127;

const RecordType = { a: 1, ns: 2, cname: 5, ptr: 12, mx: 15, txt: 16, aaaa: 28, srv: 33, dname: 39, opt: 41 } as const;

export const dns: Protocol<DnsLayer | BadDnsLayer> = {
  numbers: { udpPort: [PORT], tcpPort: [PORT] },
  decode: decodeDns,
};

function decodeDns(context: DecodeContext<DnsLayer | BadDnsLayer>, region: Region, { space }: Binding): void {
  const { bytes } = context;
  const isStream = space === 'tcpPort';
  const start = region.start + (isStream ? 2 : 0);
  const length = isStream ? declaredLength(bytes, region) : wireLengthOf(region);
  const end = Math.min(region.end, start + length);
  if (length < HEADER_LENGTH) {
    context.add({ kind: 'bad-dns', start: region.start, headerLength: 0, length });
    return;
  }
  if (end - start < HEADER_LENGTH) {
    context.truncated('domain', region);
    return;
  }
  const message = new Message(bytes, start, end);
  const counts = [4, 6, 8, 10].map((at) => readU16(bytes, start + at)) as [number, number, number, number];
  const questions = message.questions(counts[0]);
  const answers = message.isCut ? [] : message.answers(counts[1]);
  const flags = readU16(bytes, start + 2);
  const extendedCode = message.isCut ? 0 : message.extendedCode(counts[2] + counts[3]);
  context.add({
    kind: 'dns',
    start: region.start,
    headerLength: end - region.start,
    length,
    isStream,
    identifier: readU16(bytes, start),
    flags,
    responseCode: (extendedCode << 4) | (flags & 15),
    counts,
    questions,
    answers,
    isCut: message.isCut,
  });
}

function declaredLength(bytes: Uint8Array, region: Region): number {
  return capturedLengthOf(region) < 2 ? 0 : readU16(bytes, region.start);
}

/** A name, and the offset of what follows it. */
interface ReadName {
  readonly text: string;
  readonly next: number;
}

/** A cursor over the sections of a message. */
class Message {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #at: number;
  isCut = false;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = start + HEADER_LENGTH;
  }

  questions(count: number): DnsQuestion[] {
    const questions: DnsQuestion[] = [];
    while (questions.length < Math.min(count, MAXIMUM_KEPT)) {
      const name = this.#name(this.#at);
      if (name === undefined || name.next + 4 > this.#end) {
        this.isCut = true;
        return questions;
      }
      this.#at = name.next + 4;
      const type = readU16(this.#bytes, name.next);
      questions.push({ name: name.text, type, class: readU16(this.#bytes, name.next + 2) });
    }
    if (questions.length < count) this.isCut = true;
    return questions;
  }

  answers(count: number): DnsRecord[] {
    const records: DnsRecord[] = [];
    while (records.length < Math.min(count, MAXIMUM_KEPT)) {
      const record = this.#record();
      if (record === undefined) {
        this.isCut = true;
        break;
      }
      records.push(record);
    }
    return records;
  }

  /** Upper bits of the response code, from an OPT record among the next `count` records; 0 without one. */
  extendedCode(count: number): number {
    for (let index = 0; index < Math.min(count, MAXIMUM_KEPT); index += 1) {
      const record = this.#record();
      if (record === undefined) return 0;
      if (record.type === RecordType.opt) return record.timeToLive >>> 24;
    }
    return 0;
  }

  #record(): DnsRecord | undefined {
    const bytes = this.#bytes;
    const name = this.#name(this.#at);
    if (name === undefined || name.next + 10 > this.#end) return undefined;
    const at = name.next;
    const type = readU16(bytes, at);
    const dataStart = at + 10;
    const dataEnd = dataStart + readU16(bytes, at + 8);
    if (dataEnd > this.#end) return undefined;
    this.#at = dataEnd;
    const record = { name: name.text, type, class: readU16(bytes, at + 2), timeToLive: readU32(bytes, at + 4) };
    const data = this.#data(type, dataStart, dataEnd);
    return data === undefined ? record : { ...record, data };
  }

  #data(type: number, start: number, end: number): string | undefined {
    const bytes = this.#bytes;
    const length = end - start;
    switch (type) {
      case RecordType.a:
        return length === 4 ? formatIpv4(bytes, start) : undefined;
      case RecordType.aaaa:
        return length === 16 ? formatIpv6(bytes, start) : undefined;
      case RecordType.ns:
      case RecordType.cname:
      case RecordType.ptr:
      case RecordType.dname:
        return this.#name(start)?.text;
      case RecordType.mx: {
        const name = length > 2 ? this.#name(start + 2) : undefined;
        return name === undefined ? undefined : `${name.text} ${readU16(bytes, start)}`;
      }
      case RecordType.srv: {
        const name = length > 6 ? this.#name(start + 6) : undefined;
        if (name === undefined) return undefined;
        return `${name.text}:${readU16(bytes, start + 4)} ${readU16(bytes, start)} ${readU16(bytes, start + 2)}`;
      }
      case RecordType.txt:
        return this.#strings(start, end);
      default:
        return undefined;
    }
  }

  #strings(start: number, end: number): string {
    const strings: string[] = [];
    for (let at = start; at < end; ) {
      const next = at + 1 + readU8(this.#bytes, at);
      strings.push(`"${printableBytes(this.#bytes, at + 1, Math.min(next, end))}"`);
      at = next;
    }
    return strings.join(' ');
  }

  /** RFC 1035, 4.1.4. Each pointer must lead to before the lowest offset read so far. Undefined: malformed or cut. */
  #name(start: number): ReadName | undefined {
    const bytes = this.#bytes;
    let at = start;
    let next = -1;
    let lowest = start;
    let text = '';
    for (let labels = 0; labels <= MAXIMUM_LABELS; labels += 1) {
      if (at >= this.#end) return undefined;
      const length = readU8(bytes, at);
      if (length === 0) return { text: text === '' ? '.' : text, next: next < 0 ? at + 1 : next };
      if (length >= 0xc0) {
        if (at + 2 > this.#end) return undefined;
        const target = this.#start + (readU16(bytes, at) & 0x3fff);
        if (next < 0) next = at + 2;
        if (target >= lowest) return undefined;
        lowest = target;
        at = target;
        continue;
      }
      if (length > 63 || at + 1 + length > this.#end) return undefined;
      text += `${printableBytes(bytes, at + 1, at + 1 + length)}.`;
      at += 1 + length;
    }
    return undefined;
  }
}
