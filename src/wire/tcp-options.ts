/**
 * TCP options (RFC 9293, 3.2; RFC 2018 SACK; RFC 7323 window scale and time stamps). `OptionCursor` reads them; this
 * file has the kinds and the encoder. @module
 */
import { writeU16, writeU32 } from '../base/bytes.ts';
import { OptionKind } from './option-cursor.ts';

/** Kinds (IANA "TCP Option Kind Numbers"). */
export const TcpOptionKind = {
  ...OptionKind,
  maximumSegmentSize: 2,
  windowScale: 3,
  selectiveAcknowledgmentPermitted: 4,
  selectiveAcknowledgment: 5,
  timestamps: 8,
  md5Signature: 19,
  userTimeout: 28,
  authentication: 29,
  multipath: 30,
  fastOpen: 34,
  experiment1: 253,
  experiment2: 254,
} as const;

/** Options of a SYN and of later segments. */
export interface TcpOptions {
  readonly maximumSegmentSize?: number;
  /** Shift count, 0 to 14. */
  readonly windowScale?: number;
  readonly selectiveAcknowledgmentPermitted?: boolean;
  readonly timestamps?: { readonly value: number; readonly echo: number };
}

/** Encodes options in the order of Linux, padded with No-Operation to a multiple of four. */
export function encodeTcpOptions(options: TcpOptions): Uint8Array {
  const out = new Uint8Array(24);
  let at = 0;
  if (options.maximumSegmentSize !== undefined) {
    out.set([TcpOptionKind.maximumSegmentSize, 4], at);
    writeU16(out, at + 2, options.maximumSegmentSize);
    at += 4;
  }
  if (options.selectiveAcknowledgmentPermitted === true) {
    out.set([TcpOptionKind.selectiveAcknowledgmentPermitted, 2], at);
    at += 2;
  }
  if (options.timestamps !== undefined) {
    out.set([TcpOptionKind.timestamps, 10], at);
    writeU32(out, at + 2, options.timestamps.value);
    writeU32(out, at + 6, options.timestamps.echo);
    at += 10;
  }
  if (options.windowScale !== undefined) {
    out.set([TcpOptionKind.windowScale, 3, options.windowScale], at);
    at += 3;
  }
  const padded = Math.ceil(at / 4) * 4;
  out.fill(TcpOptionKind.noOperation, at, padded);
  return out.subarray(0, padded);
}
