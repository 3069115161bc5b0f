/** Formats a ping run exactly as ping(8) of FreeBSD does. @module */
import { printable } from '../../base/text.ts';
import type { PingError, PingEvent, PingReply, PingStart, PingSummary } from '../../icmp/index.ts';
import { icmpErrorText } from './icmp-error-text.ts';
import { formatIpOptions } from './ip-options-text.ts';
import { localErrorText } from './local-error-text.ts';
import { formatQuotedHeader } from './quoted-header-text.ts';

export interface PingTextOptions {
  /** Prints only the header and the summary. */
  readonly isQuiet?: boolean;
  /** Prints a line for each ignored reply (ping -v). */
  readonly isVerbose?: boolean;
  /** Returns text before each line about a probe, for example the time of day. */
  readonly prefix?: (event: PingReply | PingError) => string;
}

const SEQUENCE_MASK = 0xffff;

/**
 * Returns a function that formats the events of a run in order, newlines included; empty for events without output. It
 * keeps the last recorded route, since ping(8) abbreviates an unchanged one.
 */
export function pingTextFormatter(options: PingTextOptions = {}): (event: PingEvent) => string {
  let lastRoute: Uint8Array | undefined;
  return (event) => {
    if (event.type === 'start') return startText(event);
    if (event.type === 'summary') return summaryText(event);
    if (options.isQuiet === true) return '';
    if (event.type === 'reply') {
      if (event.isLate) return '';
      const route = formatIpOptions(event.options, lastRoute);
      lastRoute = route.route;
      return `${options.prefix?.(event) ?? ''}${replyText(event)}${route.text}\n`;
    }
    if (event.type === 'error') return `${options.prefix?.(event) ?? ''}${errorText(event)}`;
    if (event.type === 'outstanding') {
      return `Request timeout for icmp_seq ${event.sequence & SEQUENCE_MASK}\n`;
    }
    if (event.type === 'refused') return `ping: sendto: ${localErrorText(event.errorName, event.mtu)}\n`;
    if (event.type === 'stranger' && options.isVerbose === true) {
      const reason = event.reason === 'address' ? 'different source address' : 'bad checksum';
      return `${event.source}: icmp_seq=${event.sequence & SEQUENCE_MASK} ignored: ${reason}\n`;
    }
    return '';
  };
}

/** Formats a single event in the same style. `pingTextFormatter` keeps the state of a whole run. */
export function formatPingEvent(event: PingEvent): string {
  return pingTextFormatter()(event);
}

function startText(start: PingStart): string {
  const { family, size, lastSize } = start;
  if (family === 6) {
    const from = start.source === undefined ? '' : `${start.source} --> `;
    return `PING(${size + 48}=40+8+${size} bytes) ${from}${start.address}\n`;
  }
  const from = start.source === undefined ? '' : ` from ${start.source}`;
  const sizes = size === lastSize ? `${size}` : `(${size} ... ${lastSize})`;
  return `PING ${printable(start.target)} (${start.address})${from}: ${sizes} data bytes\n`;
}

function replyText(reply: PingReply): string {
  const isIpv6 = reply.source.includes(':');
  const sequence = reply.sequence & SEQUENCE_MASK;
  const parts = [`${reply.bytes} bytes from ${reply.source}${isIpv6 ? ',' : ':'} icmp_seq=${sequence}`];
  if (reply.hopLimit !== undefined) parts.push(`${isIpv6 ? 'hlim' : 'ttl'}=${reply.hopLimit}`);
  parts.push(`time=${reply.time.toFixed(3)} ms`);
  if (reply.isDuplicate) parts.push('(DUP!)');
  let text = parts.join(' ');
  if (reply.times !== undefined) {
    const { originate, receive, transmit } = reply.times;
    text += ` tso=${timeOfDay(originate)} tsr=${timeOfDay(receive)} tst=${timeOfDay(transmit)}`;
  }
  if (reply.node !== undefined) text += ` ${nodeText(reply.node)}`;
  if (reply.mask !== undefined) text += ` mask=${reply.mask}`;
  if (reply.wrongLength !== undefined && !isIpv6) {
    text += `\nwrong total length ${reply.wrongLength.actual} instead of ${reply.wrongLength.expected}`;
  }
  if (reply.damage !== undefined) text += damageText(reply.damage);
  return text;
}

/** Formats a node information reply, which contains printable text only. */
function nodeText({ query, verdict, values, isTruncated }: NonNullable<PingReply['node']>): string {
  if (verdict === 'refused') return 'query refused';
  if (verdict === 'unknown') return 'query not supported';
  const shown = values.length === 0 ? 'none' : values.join(' ');
  return `${query === 'name' ? 'name' : 'addresses'}: ${shown}${isTruncated ? ' (truncated)' : ''}`;
}

function damageText(damage: NonNullable<PingReply['damage']>): string {
  const { offset, expected, actual, received, sent } = damage;
  const bytes = `should be 0x${expected.toString(16)} but was 0x${actual.toString(16)}`;
  return `\nwrong data byte #${offset} ${bytes}\ncp:${payloadDump(received)}\ndp:${payloadDump(sent)}`;
}

/** Returns a dump with eight bytes on the first line and sixteen on the others. */
function payloadDump(payload: Uint8Array): string {
  let text = '';
  for (const [at, byte] of payload.entries()) {
    text += `${at % 16 === 8 ? '\n\t' : ''}${byte.toString(16).padStart(2)} `;
  }
  return text;
}

/** Formats milliseconds since midnight. The high bit marks a time in other units (RFC 792). */
function timeOfDay(milliseconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const shown = milliseconds % 0x8000_0000;
  return `${two(shown / 3_600_000)}:${two((shown / 60_000) % 60)}:${two((shown / 1000) % 60)}`;
}

function errorText(error: PingError): string {
  const line = `${error.bytes} bytes from ${error.source}: ${icmpErrorText(error)}\n`;
  return error.quote.length === 0 ? line : `${line}${formatQuotedHeader(error.quote)}\n`;
}

function summaryText(summary: PingSummary): string {
  const { transmitted, received, duplicates, pending, late, roundTrip } = summary;
  const counts = [`${transmitted} packets transmitted`, `${received} packets received`];
  if (duplicates > 0) counts.push(`+${duplicates} duplicates`);
  let text = `\n--- ${printable(summary.target)} ping statistics ---\n${counts.join(', ')}`;
  if (received > transmitted) text += ", -- somebody's duplicating packets!";
  else if (transmitted > 0) text += `, ${summary.lossPercent.toFixed(1)}% packet loss`;
  if (pending > 0) text += `, ${pending} in flight`;
  if (late > 0) text += `, ${late} packets out of wait time`;
  text += '\n';
  if (roundTrip === undefined) return text;
  const { min, mean, max, deviation } = roundTrip;
  const times = [min, mean, max, deviation].map((time) => time.toFixed(3)).join('/');
  return `${text}round-trip min/avg/max/stddev = ${times} ms\n`;
}

/** Returns the line that ping(8) writes to standard error on SIGQUIT. */
export function pingInterimText(summary: PingSummary): string {
  const { transmitted, received, roundTrip } = summary;
  const percent = transmitted === 0 ? 0 : Math.floor((received * 100) / transmitted);
  const counts = `${received}/${transmitted} packets received (${percent}%)`;
  if (roundTrip === undefined) return `${counts}\n`;
  const { min, mean, max } = roundTrip;
  return `${counts} ${min.toFixed(3)} min / ${mean.toFixed(3)} avg / ${max.toFixed(3)} max\n`;
}
