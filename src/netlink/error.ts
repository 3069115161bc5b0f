/** The one error of this library, and the kernel's acknowledgements that it is made of. @module */
import { readU32le } from '../base/bytes.ts';
import { StackError, type StackErrorCode } from '../base/errors.ts';
import { errnoName } from '../sys/syscall.ts';
import { align4, readAttributes } from './attribute.ts';
import { ControlType, MESSAGE_HEADER_LENGTH, MessageFlag, type NetlinkMessage } from './message.ts';

export type NetlinkErrorCode = Extract<StackErrorCode, `NETLINK_${string}`>;

interface Refusal {
  /** Positive errno. */
  readonly errno: number;
  /** The kernel's own sentence (extended acknowledgement), where it gave one. */
  readonly explanation: string;
}

/** `cannot WANTED: netlink: EINVAL: mtu greater than device maximum`. */
export class NetlinkError extends StackError {
  /** Positive, for `NETLINK_REFUSED`; 0 for the other codes. */
  readonly errno: number;
  /** `EINVAL` for instance; empty for the other codes. */
  readonly errorName: string;
  /** The kernel's own sentence, or empty. */
  readonly explanation: string;

  constructor(code: NetlinkErrorCode, wanted: string, happened: string, refusal?: Refusal, options?: ErrorOptions) {
    super(code, `cannot ${wanted}: netlink: ${happened}`, options);
    this.errno = refusal?.errno ?? 0;
    this.errorName = refusal === undefined ? '' : errnoName(refusal.errno);
    this.explanation = refusal?.explanation ?? '';
  }
}

/** The error for a refusal that came over the wire. */
export function refusalError(refusal: Refusal, wanted: string): NetlinkError {
  const name = errnoName(refusal.errno);
  const happened = refusal.explanation === '' ? name : `${name}: ${refusal.explanation}`;
  return new NetlinkError('NETLINK_REFUSED', wanted, happened, refusal);
}

/** NLMSGERR_ATTR_MSG of linux/netlink.h. */
const EXPLANATION = 1;
/** The kernel's sentences are short; what is longer is not one. */
const MAX_EXPLANATION_LENGTH = 512;

/**
 * Reads NLMSG_ERROR, or NLMSG_DONE, which carries an errno as well when a dump failed half-way.
 * @returns 'success', the refusal, or undefined when the message is too short to be either
 */
export function readAcknowledgement(message: NetlinkMessage): 'success' | Refusal | undefined {
  const { payload, flags, type } = message;
  // A dump's end without a status is an old kernel's, and a success.
  if (payload.length < 4) return type === ControlType.done && payload.length === 0 ? 'success' : undefined;
  const errno = -(readU32le(payload, 0) | 0);
  if (errno === 0) return 'success';
  // A dump's end holds its return value: what is positive is no error.
  if (errno < 0) return type === ControlType.done ? 'success' : undefined;
  const start = extensionStart(message);
  const explained = (flags & MessageFlag.extended) !== 0 && start !== undefined;
  return { errno, explanation: explained ? readExplanation(payload, start) : '' };
}

/** Where the attributes begin: behind the status, and behind as much of the request as is repeated. */
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
