/** Formats a ping run as ping of iputils (Linux) does. @module */
import { printable } from '../../base/text.ts';
import type { PingError, PingEvent, PingReply, PingStart, PingSummary } from '../../icmp/index.ts';
import { icmpErrorText } from './icmp-error-text.ts';
import { localErrorText } from './local-error-text.ts';

export interface IputilsTextOptions {
  readonly isQuiet?: boolean;
  readonly prefix?: (event: PingReply | PingError) => string;
}

/** iputils starts with 1. */
const FIRST_SEQUENCE = 1;
const SEQUENCE_MASK = 0xffff;

/** Returns a function that formats the events of a run in order, newlines included; empty for events without output. */
export function iputilsTextFormatter(options: IputilsTextOptions = {}): (event: PingEvent) => string {
  return (event) => {
    if (event.type === 'start') return startText(event);
    if (event.type === 'summary') return summaryText(event);
    if (options.isQuiet === true || event.type === 'sent') return '';
    if (event.type === 'reply') return `${options.prefix?.(event) ?? ''}${replyText(event)}\n`;
    if (event.type === 'short-quote') return ''; // for standard error
    const number = shownSequence(event.sequence);
    if (event.type === 'error') {
      return `${options.prefix?.(event) ?? ''}From ${event.source} icmp_seq=${number} ${errorText(event)}\n`;
    }
    if (event.type === 'timeout') return '';
    if (event.type === 'outstanding') return `no answer yet for icmp_seq=${number}\n`;
    if (event.type === 'stranger') {
      return `From ${event.source}: icmp_seq=${number} (${event.reason === 'address' ? 'DIFFERENT ADDRESS!' : 'BAD CHECKSUM!'})\n`;
    }
    return event.mtu === undefined
      ? `ping: sendmsg: ${localErrorText(event.errorName, undefined)}\n`
      : `ping: local error: message too long, mtu=${event.mtu}\n`;
  };
}

function shownSequence(sequence: number): number {
  return (sequence + FIRST_SEQUENCE) & SEQUENCE_MASK;
}

function startText({ family, target, address, size, source }: PingStart): string {
  const from = source === undefined ? '' : ` from ${source}`;
  if (family === 6) return `PING ${printable(target)}(${address})${from} ${size} data bytes\n`;
  return `PING ${printable(target)} (${address})${from} ${size}(${size + 28}) bytes of data.\n`;
}

function replyText(reply: PingReply): string {
  const hopLimit = reply.hopLimit === undefined ? '' : ` ttl=${reply.hopLimit}`;
  const duplicate = reply.isDuplicate ? ' (DUP!)' : '';
  const line = `${reply.bytes} bytes from ${reply.source}: icmp_seq=${shownSequence(reply.sequence)}${hopLimit}`;
  const { damage } = reply;
  const wrong =
    damage === undefined
      ? ''
      : `\nwrong data byte #${damage.offset} should be 0x${damage.expected.toString(16)} but was 0x${damage.actual.toString(16)}`;
  return `${line} time=${shortTime(reply.time)} ms${duplicate}${wrong}`;
}

/** Returns three significant digits: 0.040, 2.21, 21.4, 1501. */
function shortTime(time: number): string {
  if (time >= 100) return time.toFixed(0);
  if (time >= 10) return time.toFixed(1);
  return time >= 1 ? time.toFixed(2) : time.toFixed(3);
}

function errorText(error: PingError): string {
  if (error.kind === 'too-big' && error.family === 4) return `Frag needed and DF set (mtu = ${error.mtu})`;
  if (error.kind === 'unreachable' && error.family === 4 && error.code === 13) return 'Packet filtered';
  return icmpErrorText(error);
}

function summaryText(summary: PingSummary): string {
  const counts = [`${summary.transmitted} packets transmitted`, `${summary.received} received`];
  if (summary.duplicates > 0) counts.push(`+${summary.duplicates} duplicates`);
  if (summary.damaged > 0) counts.push(`+${summary.damaged} corrupted`);
  if (summary.errors > 0) counts.push(`+${summary.errors} errors`);
  // %g: six significant digits, without trailing zeros.
  counts.push(`${Number(summary.lossPercent.toPrecision(6))}% packet loss`);
  counts.push(`time ${Math.round(summary.duration)}ms`);
  const text = `\n--- ${printable(summary.target)} ping statistics ---\n${counts.join(', ')}\n`;
  if (summary.roundTrip === undefined) return text;
  const { min, mean, max, deviation } = summary.roundTrip;
  const times = [min, mean, max, deviation].map((time) => time.toFixed(3)).join('/');
  return `${text}rtt min/avg/max/mdev = ${times} ms\n`;
}
