/** Protocols that speak in lines: their first line says most of what a reader wants to know. @module */
import { readU8 } from '../base/bytes.ts';
import { printableBytes } from '../base/text.ts';
import { type LayerList, type Region, wireLengthOf } from './region.ts';

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [21, 'FTP'],
  [25, 'SMTP'],
  [80, 'HTTP'],
  [554, 'RTSP'],
  [3128, 'HTTP'],
  [8080, 'HTTP'],
  [8554, 'RTSP'],
]);

/** Lines kept, and bytes of each: a line of output has an end. */
const MAXIMUM_LINES = 64;
const MAXIMUM_LINE_LENGTH = 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;

/** RFC 9110 and WebDAV: what a request begins with; a body that goes on has none of these. */
const HTTP_START =
  /^(HTTP\/|(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|COPY|MOVE|LOCK|UNLOCK|MKCOL|PROPFIND|PROPPATCH|REPORT|SEARCH|MERGE|NOTIFY|SUBSCRIBE|UNSUBSCRIBE) )/;
const RTSP_START =
  /^(RTSP\/|(OPTIONS|DESCRIBE|ANNOUNCE|SETUP|PLAY|PAUSE|TEARDOWN|GET_PARAMETER|SET_PARAMETER|REDIRECT|RECORD) )/;

/** The text protocol of a well-known TCP port. */
export function textProtocolOf(sourcePort: number, destinationPort: number): string | undefined {
  return PROTOCOLS.get(sourcePort) ?? PROTOCOLS.get(destinationPort);
}

/** Adds the data of a segment. */
export function dissectText(list: LayerList, region: Region, protocol: string): void {
  const lines = readLines(list.bytes, region.start, region.end);
  const first = lines[0] ?? '';
  const begins = protocol === 'HTTP' ? HTTP_START : protocol === 'RTSP' ? RTSP_START : undefined;
  list.add({
    kind: 'text',
    start: region.start,
    headerLength: Math.max(0, region.end - region.start),
    protocol,
    lines: begins === undefined || begins.test(first) ? lines : [],
    length: wireLengthOf(region),
  });
}

/** Lines up to the first byte that belongs in no text. */
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

/** Where the line's text ends; -1 when something else than text comes first. */
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
