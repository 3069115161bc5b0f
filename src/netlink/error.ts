/** The netlink error type, and the kernel's acknowledgements. @module */
import { readU32le } from '../base/bytes.ts';
import { StackError, type StackErrorCode } from '../base/errors.ts';
import { errnoName } from '../sys/syscall.ts';
import { align4, readAttributes } from './attribute.ts';
import { ControlType, MESSAGE_HEADER_LENGTH, MessageFlag, type NetlinkMessage } from './message.ts';

/**
 * - `NETLINK_REFUSED`: the kernel returned an errno.
 * - `NETLINK_MALFORMED`: the answer is malformed.
 * - `NETLINK_TIMEOUT`: no answer arrived.
 * - `NETLINK_TOO_LONG`: the answer exceeds the size limit.
 */
export type NetlinkErrorCode = Extract<StackErrorCode, `NETLINK_${string}`>;

interface Refusal {
  /** Positive errno. */
  readonly errno: number;
  /** The kernel's message (extended acknowledgement), if any. */
  readonly explanation: string;
}

/** `cannot WANTED: netlink: EINVAL: mtu greater than device maximum`. */
export class NetlinkError extends StackError {
  /** Positive, for `NETLINK_REFUSED`; 0 for the other codes. */
  readonly errno: number;
  /** `EINVAL` for instance; empty for the other codes. */
  readonly errorName: string;
  /** The kernel's message, or empty. */
  readonly explanation: string;

  constructor(code: NetlinkErrorCode, wanted: string, happened: string, refusal?: Refusal, options?: ErrorOptions) {
    super(code, `cannot ${wanted}: netlink: ${happened}`, options);
    this.errno = refusal?.errno ?? 0;
    this.errorName = refusal === undefined ? '' : errnoName(refusal.errno);
    this.explanation = refusal?.explanation ?? '';
  }
}

/** Creates the error for a refusal. */
export function refusalError(refusal: Refusal, wanted: string): NetlinkError {
  const name = errnoName(refusal.errno);
  const happened = refusal.explanation === '' ? name : `${name}: ${refusal.explanation}`;
  return new NetlinkError('NETLINK_REFUSED', wanted, happened, refusal);
}

/** NLMSGERR_ATTR_MSG of linux/netlink.h. */
const EXPLANATION = 1;
/** Maximum length of a kernel message. */
const MAX_EXPLANATION_LENGTH = 512;

/**
 * Decodes NLMSG_ERROR, or NLMSG_DONE, which carries an errno if a dump failed.
 * @returns 'success', the refusal, or undefined if the message is too short
 */
export function readAcknowledgement(message: NetlinkMessage): 'success' | Refusal | undefined {
  const { payload, flags, type } = message;
  // Old kernels end a successful dump without a status.
  if (payload.length < 4) return type === ControlType.done && payload.length === 0 ? 'success' : undefined;
  const errno = -(readU32le(payload, 0) | 0);
  if (errno === 0) return 'success';
  // The end of a dump holds its return value; a positive value is not an error.
  if (errno < 0) return type === ControlType.done ? 'success' : undefined;
  const start = extensionStart(message);
  const explained = (flags & MessageFlag.extended) !== 0 && start !== undefined;
  return { errno, explanation: explained ? readExplanation(payload, start) : '' };
}

/** Offset of the attributes, after the status and the part of the request that is repeated. */
function extensionStart(message: NetlinkMessage): number | undefined {
  if (message.type === ControlType.done) return 4;
  if (message.payload.length < 4 + MESSAGE_HEADER_LENGTH) return undefined;
  if ((message.flags & MessageFlag.capped) !== 0) return 4 + MESSAGE_HEADER_LENGTH;
  const repeated = Math.min(readU32le(message.payload, 4), message.payload.length);
  return 4 + align4(Math.max(repeated, MESSAGE_HEADER_LENGTH));
}

function readExplanation(payload: Uint8Array, start: number): string {
  const text = readAttributes(payload, start, payload.length)?.text(EXPLANATION) ?? '';
  return text.slice(0, MAX_EXPLANATION_LENGTH);
}
