/** TCP information of a connection in the words of ss(8). @module */
import { printable } from '../../base/text.ts';
import type { HostSocket } from '../../inspect/index.ts';

/**
 * Formats one line: `cubic rto:204 rtt:0.5/0.2 mss:1448 pmtu:1500 cwnd:10 …`. Times in milliseconds, rates in bits per
 * second; values that are not known or zero are left out, as ss does.
 */
export function tcpInfoText({ info, congestion }: Pick<HostSocket, 'info' | 'congestion'>): string {
  if (info === undefined) return '';
  const parts = [
    printable(congestion ?? ''),
    scaleText(info.sendWindowScale, info.receiveWindowScale),
    numberText('rto', info.retransmitTimeout),
    roundTripText(info.roundTrip, info.roundTripVariation),
    numberText('mss', info.sendMss),
    numberText('pmtu', info.pathMtu),
    numberText('rcvmss', info.receiveMss),
    numberText('cwnd', info.congestionWindow),
    numberText('ssthresh', info.slowStartThreshold),
    numberText('bytes_acked', info.bytesAcknowledged),
    numberText('bytes_received', info.bytesReceived),
    numberText('segs_out', info.segmentsOut),
    numberText('segs_in', info.segmentsIn),
    rateText('pacing_rate', info.pacingRate),
    rateText('delivery_rate', info.deliveryRate),
    numberText('unacked', info.unacknowledged),
    retransmitsText(info.retransmitted, info.totalRetransmits),
    numberText('lost', info.lost),
    info.reordering === DEFAULT_REORDERING ? '' : numberText('reordering', info.reordering),
    numberText('notsent', info.notSent),
    numberText('minrtt', info.minimumRoundTrip),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** net.ipv4.tcp_reordering; ss leaves it out, too. */
const DEFAULT_REORDERING = 3;

function numberText(name: string, value: number | undefined): string {
  return value === undefined || value === 0 ? '' : `${name}:${value}`;
}

function rateText(name: string, bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined || bytesPerSecond === 0 ? '' : `${name} ${bytesPerSecond * 8}bps`;
}

function roundTripText(mean: number | undefined, variation: number | undefined): string {
  return mean === undefined || mean === 0 ? '' : `rtt:${mean}/${variation ?? 0}`;
}

function scaleText(send: number | undefined, receive: number | undefined): string {
  return (send ?? 0) === 0 && (receive ?? 0) === 0 ? '' : `wscale:${send},${receive}`;
}

function retransmitsText(current: number | undefined, total: number | undefined): string {
  return (total ?? 0) === 0 && (current ?? 0) === 0 ? '' : `retrans:${current ?? 0}/${total ?? 0}`;
}
