/**
 * Lines of tapline and tcpdump over a corpus of captures. A line counts as equal if it is the same, or the same up to the
 * text of an application that tapline does not decode (BOOTP, SNMP and others; it follows or replaces `length N`). Where
 * tcpdump prints several lines, the first one counts if the rest is a dump of bytes.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FrameBatch } from '../../../src/base/frame.ts';
import { CaptureParser } from '../../../src/pcap/capture-parser.ts';
import { PacketPrinter } from '../../../src/report/packet/line.ts';
import type { PacketPrintOptions } from '../../../src/report/packet/options.ts';
import { corpusFolder, isCorpusShared, requirePeer } from '../../support/peers.ts';

/** Minimum of equal lines for files with other lines, and which lines differ. */
const FLOORS: Readonly<Record<string, readonly [floor: number, reason: string]>> = {
  'LLDP_and_CDP.pcap': [0, 'LLDP and CDP are not decoded'],
  'OSPFv2_Capture_FINAL.pcapng': [0, 'OSPF is not decoded'],
  'OSPFv3_with_AH.pcap': [0, 'OSPF is not decoded'],
  'arista_ether.pcap': [0, 'a vendor protocol'],
  'icmpv6-RFC2894-RR.pcap': [0, 'router renumbering is named, its body not decoded'],
  'ip6_frag_asan.pcap': [0, 'half a fragment header, which tcpdump prints'],
  'isup.pcap': [0, 'SCTP chunks are not decoded'],
  'made-caplen-gt-len.pcap': [5, 'SCTP; a captured length above the wire length'],
  'made-caplen-gt-snaplen.pcap': [4, 'SCTP; half of a TCP option'],
  'made-caplen-huge.pcap': [5, 'SCTP'],
  'made-cut-in-record.pcap': [4, 'SCTP'],
  'made-frags-exthdr.pcap': [37, 'SCTP, PIM, VRRP, OSPF; DNS of random bytes'],
  'made-kuznetzov.pcap': [10, 'SCTP'],
  'made-l2mix-be.pcap': [30, 'LLC, IPX, AppleTalk, DECnet, IS-IS and such'],
  'made-loop.pcap': [43, 'SCTP'],
  'made-ng-mixed-linktypes.pcapng': [1, 'libpcap reads one frame of three'],
  'made-ng-multi-section.pcapng': [0, 'libpcap reads none'],
  'made-ng-seclen.pcapng': [2, 'SCTP'],
  'made-null-be.pcap': [42, 'SCTP'],
  'made-null-le.pcap': [43, 'SCTP'],
  'made-null-swapped.pcap': [43, 'SCTP'],
  'made-raw.pcap': [41, 'SCTP; DNS of random bytes'],
  'made-snaplen0.pcap': [5, 'SCTP'],
  'made-thiszone-fcs.pcap': [5, 'SCTP'],
  'made-truncated.pcap': [211, 'an empty frame, which tcpdump calls an invalid header; DNS of random bytes'],
  'made-tunnels.pcap': [35, 'SCTP, LCP, PPPoE discovery tags'],
  'made-usec-overflow.pcap': [0, 'times that tcpdump cannot print'],
  'pppoes.pcap': [0, 'LCP is not decoded'],
  'rpvstp-trunk-native-vid5.pcap': [18, 'DTP is not decoded'],
};

const MODES: readonly (readonly [option: string, print: PacketPrintOptions])[] = [
  ['', {}],
  ['-e', { linkHeader: true }],
  ['-v', { verbosity: 1 }],
  ['-S', { absoluteSequence: true }],
  ['-ttt', { time: 'sincePrevious' }],
];

/**
 * Number of lines below the minimum in all files together: truncated tags (-e), truncated HTTP, SOA records, TFTP in quotes,
 * options of Geneve (-v), differences of more than a day (-ttt).
 */
const SLACK: Readonly<Record<string, number>> = { '': 0, '-S': 0, '-e': 13, '-v': 35, '-ttt': 7 };

/** Those of the suite's own captures that hold what we print, not random bytes. */
const OWN = /^own-(?:ethernet|cut|empty)\.pcap$/;

const tcpdump = requirePeer('tcpdump');
const folder = join(corpusFolder(), 'pcaps');
const files = readdirSync(folder).filter((name) => (isCorpusShared ? /\.pcap(ng)?$/ : OWN).test(name));

function ourTexts(path: string, print: PacketPrintOptions): string[] {
  const names = { interfaceName: (index: number) => (index === 1 ? 'lo' : undefined) };
  const printer = new PacketPrinter({ numeric: true, timeZone: 'utc', names, ...print });
  const parser = new CaptureParser();
  const texts: string[] = [];
  const drain = (): void => {
    for (let batch: FrameBatch = parser.parse(); batch.size > 0; batch = parser.parse()) {
      batch.forEach((frame) => {
        texts.push(printer.format(frame, parser.interfaces[frame.interfaceIndex]?.linkType ?? 0));
      });
    }
  };
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; ) {
    const room = parser.room();
    const chunk = bytes.subarray(at, at + room.length);
    room.set(chunk);
    parser.commit(chunk.length);
    at += chunk.length;
    drain();
  }
  return texts;
}

/** Lines of a frame begin with a timestamp, or with what tcpdump prints instead. */
const FRAME_START = /^(?:[ -]?(?:\d+ days )?\d\d:\d\d:\d\d\.\d+ |\[Error converting time\]|\[Invalid header)/;

function theirTexts(path: string, option: string): string[] {
  const options = option === '' ? [] : [option];
  const run = spawnSync(tcpdump ?? '', ['-n', ...options, '-r', path], {
    encoding: 'latin1',
    maxBuffer: 1 << 28,
    env: { ...process.env, TZ: 'UTC' },
  });
  const texts: string[] = [];
  for (const line of run.stdout.split('\n').slice(0, -1)) {
    if (FRAME_START.test(line) || texts.length === 0) texts.push(line);
    else texts.push(`${texts.pop()}\n${line}`);
  }
  return texts;
}

type Verdict = 'equal' | 'without application' | 'different';

/** tcpdump starts a new line after VXLAN, tapline does not. */
const VXLAN_LINE_END = /(VXLAN, flags \[\w+\] \(0x[\da-f]{2}\), vni \d+)\n/g;

function compare(ours: string, tcpdumps: string): Verdict {
  const theirs = tcpdumps.replace(VXLAN_LINE_END, '$1: ');
  if (ours === theirs) return 'equal';
  const rest = theirs.slice(ours.length);
  if (theirs.startsWith(ours) && rest.startsWith('\n\t0x')) return 'equal';
  if (/, length \d+$/.test(ours) && theirs.startsWith(ours) && /^[: ]/.test(rest)) return 'without application';
  const untilUdp = /^(.*)UDP, length \d+$/s.exec(ours)?.[1];
  if (untilUdp !== undefined && theirs.startsWith(untilUdp) && !theirs.startsWith(`${untilUdp}UDP`)) {
    return 'without application';
  }
  return 'different';
}

describe.skipIf(tcpdump === undefined).each(MODES)('with -n %s', (option, print) => {
  const sum = { equal: 0, 'without application': 0, different: 0, short: 0 };

  test.each(files)('%s', (file) => {
    const path = join(folder, file);
    const ours = ourTexts(path, print);
    const theirs = theirTexts(path, option);
    const verdicts = ours.map((text, index) => compare(text, theirs[index] ?? ''));
    for (const verdict of verdicts) sum[verdict] += 1;
    const good = verdicts.filter((verdict) => verdict !== 'different').length;
    const floor = FLOORS[file]?.[0] ?? ours.length;
    sum.short += Math.max(0, floor - good);
    if ((SLACK[option] ?? 0) > 0) return;
    const first = verdicts.indexOf('different');
    const shown = first < 0 ? '' : `\nours   ${ours[first]}\ntheirs ${theirs[first]}`;
    expect(good, `lines equal of ${ours.length}${shown}`).toBeGreaterThanOrEqual(floor);
  });

  afterAll(() => {
    const all = sum.equal + sum['without application'] + sum.different;
    const share = (count: number): string => `${((100 * count) / all).toFixed(1)} %`;
    const parts = [
      `${share(sum.equal)} equal`,
      `${share(sum['without application'])} equal up to the application`,
      `${share(sum.different)} different`,
    ];
    process.stderr.write(`lines with -n ${option}: ${parts.join(', ')}, ${sum.short} below the floors, of ${all}\n`);
    expect(sum.short).toBeLessThanOrEqual(SLACK[option] ?? 0);
  });
});
