/** Application protocols of text lines over TCP: FTP, SMTP, HTTP, RTSP. One layer holds the lines of a segment. @module */
import { readU8 } from '../../base/bytes.ts';
import { printableBytes } from '../../base/text.ts';
import type { LayerPlace } from '../layer.ts';
import type { Binding, DecodeContext, Protocol } from '../protocol.ts';
import { capturedLengthOf, type Region, wireLengthOf } from '../region.ts';

export interface TextLayer extends LayerPlace {
  readonly kind: 'text';
  readonly protocol: string;
  /** Lines made printable; none if the data is not text. */
  readonly lines: readonly string[];
  /** Bytes of data. */
  readonly length: number;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [21, 'FTP'],
  [25, 'SMTP'],
  [80, 'HTTP'],
  [554, 'RTSP'],
  [3128, 'HTTP'],
  [8080, 'HTTP'],
  [8554, 'RTSP'],
]);

/** Limits of the lines kept and of the bytes of each. */
const MAXIMUM_LINES = 64;
const MAXIMUM_LINE_LENGTH = 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;

/** The beginnings of HTTP messages (RFC 9110, WebDAV); a segment that continues a body has none of them. */
const HTTP_START =
  /^(HTTP\/|(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|COPY|MOVE|LOCK|UNLOCK|MKCOL|PROPFIND|PROPPATCH|REPORT|SEARCH|MERGE|NOTIFY|SUBSCRIBE|UNSUBSCRIBE) )/;
const RTSP_START =
  /^(RTSP\/|(OPTIONS|DESCRIBE|ANNOUNCE|SETUP|PLAY|PAUSE|TEARDOWN|GET_PARAMETER|SET_PARAMETER|REDIRECT|RECORD) )/;

export const textProtocol: Protocol<TextLayer> = {
  numbers: { tcpPort: [...NAMES.keys()] },
  decode: decodeText,
};

function decodeText(context: DecodeContext<TextLayer>, region: Region, { number }: Binding): void {
  const protocol = NAMES.get(number) ?? '';
  const lines = readLines(context.bytes, region.start, region.end);
  const first = lines[0] ?? '';
  const begins = protocol === 'HTTP' ? HTTP_START : protocol === 'RTSP' ? RTSP_START : undefined;
  context.add({
    kind: 'text',
    start: region.start,
    headerLength: capturedLengthOf(region),
    protocol,
    lines: begins === undefined || begins.test(first) ? lines : [],
    length: wireLengthOf(region),
  });
}

/** Reads lines up to the first byte that is not text. */
function readLines(bytes: Uint8Array, start: number, end: number): string[] {
  const lines: string[] = [];
  let at = start;
  while (at < end && lines.length < MAXIMUM_LINES) {
    const stop = lineEnd(bytes, at, end);
    if (stop < 0) break;
    lines.push(printableBytes(bytes, at, Math.min(stop, at + MAXIMUM_LINE_LENGTH)));
    at = afterLineEnd(bytes, stop, end);
  }
  return lines;
}

/** The end of a line's text; -1 if a byte before it is not text. */
function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const value = readU8(bytes, at);
    if (value === LINE_FEED || value === CARRIAGE_RETURN) return at;
    if ((value < 0x20 && value !== TAB) || value > 0x7e) return -1;
  }
  return end;
}

function afterLineEnd(bytes: Uint8Array, at: number, end: number): number {
  const isPair = at + 1 < end && readU8(bytes, at) === CARRIAGE_RETURN && readU8(bytes, at + 1) === LINE_FEED;
  return at + (isPair ? 2 : 1);
}
