/** Random filters and packets, judged by tapline and by libpcap. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter, type FilterProgram } from '../../src/bpf/compile-filter.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { DLT_NUMBERS } from './filter-corpus.ts';
import type { LibpcapOracle, OracleAnswer } from './libpcap-oracle.ts';
import { randomFilter } from './random-filter.ts';
import { randomPacket } from './random-packet.ts';
import { RandomSource } from './random-source.ts';

const LINK_TYPES: readonly (readonly [name: string, linkType: LinkType])[] = [
  ['EN10MB', LinkType.ethernet],
  ['LINUX_SLL2', LinkType.linuxSll2],
  ['LINUX_SLL', LinkType.linuxSll],
  ['RAW', LinkType.raw],
  ['NULL', LinkType.null],
  ['LOOP', LinkType.loop],
];
/** Half of the filters are for Ethernet. */
const ETHERNET_SHARE = 2;

export interface RefusalResult {
  readonly refusedByBoth: number;
  /** Filters that match nothing as only tapline knows: they compile, with a warning. */
  readonly warned: number;
  /** Refused by libpcap alone, since it means another thing by the words (docs/filter.md). */
  readonly meant: readonly string[];
  readonly differences: readonly string[];
}

/** Compares which of `filters` random texts, for eight link types, match nothing and are refused for that. */
export function compareRefusals(oracle: LibpcapOracle, seed: number, filters: number): RefusalResult {
  const random = new RandomSource(seed);
  const folder = mkdtempSync(join(tmpdir(), 'tapline-contest-'));
  try {
    const linkTypes = [...LINK_TYPES, ['IPV4', LinkType.ipv4], ['IPV6', LinkType.ipv6]] as const;
    const files = linkTypes.map(([name]) => {
      const path = join(folder, `${name}.pcap`);
      writeFileSync(path, captureOf(DLT_NUMBERS[name] ?? 0, []));
      return path;
    });
    const entries = Array.from({ length: filters }, () => {
      const file = random.oneIn(ETHERNET_SHARE) ? 0 : random.below(linkTypes.length);
      return compileBoth(randomFilter(random), file, linkTypes[file]?.[1] ?? LinkType.ethernet);
    });
    const count = { refusedByBoth: 0, warned: 0 };
    const meant: string[] = [];
    const differences: string[] = [];
    for (const [index, answer] of oracle.ask(files, entries).entries()) {
      const entry = entries[index] as Entry;
      const refusesHere = entry.code === 'FILTER_REJECTS_ALL';
      const refusesThere = !answer.ok && answer.message.includes('rejects all packets');
      if ((entry.program?.warnings.length ?? 0) > 0) count.warned += 1;
      if (refusesHere && refusesThere) count.refusedByBoth += 1;
      if (refusesHere === refusesThere || (refusesHere && !answer.ok)) continue;
      const where = `${linkTypes[entry.file]?.[0]} ${JSON.stringify(entry.expression)}`;
      if (isMeantVerdict(entry, answer)) meant.push(where);
      else differences.push(`${where}: ours ${entry.message || 'ok'}; libpcap ${answer.ok ? 'ok' : answer.message}`);
    }
    return { ...count, meant, differences };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface ContestResult {
  readonly filters: number;
  readonly accepted: number;
  readonly pairs: number;
  readonly matches: number;
  /** Our instructions and libpcap's, over the filters that both accept. */
  readonly instructions: number;
  readonly libpcapInstructions: number;
  readonly differences: readonly string[];
  /** Pairs that differ for a reason that docs/filter.md gives. */
  readonly meant: number;
}

interface Entry {
  readonly expression: string;
  readonly file: number;
  readonly program: FilterProgram | undefined;
  readonly plain: FilterProgram | undefined;
  readonly message: string;
  readonly code: string;
}

export function holdContest(oracle: LibpcapOracle, seed: number, filters: number, packetsEach: number): ContestResult {
  const random = new RandomSource(seed);
  const folder = mkdtempSync(join(tmpdir(), 'tapline-contest-'));
  try {
    const packets = LINK_TYPES.map(([, linkType]) =>
      Array.from({ length: packetsEach }, () => randomPacket(random, linkType)),
    );
    const files = LINK_TYPES.map(([name], index) => {
      const path = join(folder, `${name}.pcap`);
      writeFileSync(path, captureOf(DLT_NUMBERS[name] ?? 0, packets[index] ?? []));
      return path;
    });
    const entries = Array.from({ length: filters }, () => {
      const file = random.oneIn(ETHERNET_SHARE) ? 0 : random.below(LINK_TYPES.length);
      return compileBoth(randomFilter(random), file, LINK_TYPES[file]?.[1] ?? LinkType.ethernet);
    });
    return judge(entries, oracle, files, packets);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compileBoth(expression: string, file: number, linkType: LinkType): Entry {
  try {
    const program = compileFilter(expression, { linkType });
    return {
      expression,
      file,
      program,
      plain: compileFilter(expression, { linkType, optimize: false }),
      message: '',
      code: '',
    };
  } catch (error) {
    if (!(error instanceof FilterError)) throw new Error(`${expression}: ${String(error)}`, { cause: error });
    return { expression, file, program: undefined, plain: undefined, message: error.message, code: error.code };
  }
}

function judge(
  entries: readonly Entry[],
  oracle: LibpcapOracle,
  files: readonly string[],
  packets: readonly (readonly Uint8Array[])[],
): ContestResult {
  const answers = oracle.ask(files, entries);
  const differences: string[] = [];
  const count = { accepted: 0, pairs: 0, matches: 0, meant: 0, instructions: 0, libpcapInstructions: 0 };
  for (const [index, entry] of entries.entries()) {
    const answer = answers[index];
    const { expression, program, plain, file } = entry;
    const where = `${LINK_TYPES[file]?.[0]} ${JSON.stringify(expression)}`;
    if (answer === undefined) continue;
    if (program === undefined || plain === undefined || !answer.ok) {
      if ((program !== undefined) === answer.ok) continue;
      if (isMeantVerdict(entry, answer)) count.meant += 1;
      else differences.push(`${where}: ours ${entry.message || 'ok'}; libpcap ${answer.ok ? 'ok' : answer.message}`);
      continue;
    }
    count.accepted += 1;
    count.instructions += program.instructions.length;
    count.libpcapInstructions += answer.length;
    const differing: number[] = [];
    for (const [number, bytes] of (packets[file] ?? []).entries()) {
      count.pairs += 1;
      const verdict = program.match(bytes) > 0 ? '1' : '0';
      if (verdict === '1' && program.warnings.length > 0)
        differences.push(`${where}: matches ${number} in spite of its warning`);
      if (verdict === '1') count.matches += 1;
      const plainVerdict = plain.match(bytes) > 0 ? '1' : '0';
      for (const ours of [verdict, plainVerdict]) {
        if (ours !== answer.optimised[number] && ours !== answer.plain[number]) differing.push(number);
      }
    }
    if (differing.length === 0) continue;
    if (isMeantMatch(expression, LINK_TYPES[file]?.[0] ?? '')) count.meant += differing.length;
    else differences.push(`${where}: packets ${differing.slice(0, 5).join(', ')} of ${differing.length}`);
  }
  return { filters: entries.length, ...count, differences };
}

/** Accepted or refused otherwise on purpose; docs/filter.md, "Where tapline and libpcap 1.10.3 differ". */
function isMeantVerdict({ expression, file, code, message }: Entry, answer: OracleAnswer): boolean {
  // Numbers that do not exist: libpcap's development branch refuses them too.
  if (code === 'FILTER_NUMBER' && /protocol number|byte/.test(message)) return true;
  if (code === 'FILTER_ADDRESS' && message.includes('DECnet')) return true;
  if (answer.ok) return false;
  if (answer.message === 'libpcap does not end') return true;
  // Inside a tunnel libpcap still thinks of the labels before it, and looks for the direction in the inner header.
  const isInside = /geneve|pppoes/.test(expression);
  if (isInside && /over mpls|after MPLS|not supported on .* when reading savefiles/.test(answer.message)) return true;
  // libpcap sees a zero where there is an index or a load.
  if (/division by zero|modulus by zero|shift by more than/.test(answer.message)) return true;
  // Terms that exclude each other in libpcap's meaning of them alone.
  if (!answer.message.includes('rejects all packets')) return false;
  return ISIS_PROTOCOLS.test(expression) || (LINK_TYPES[file]?.[0] === 'LINUX_SLL2' && LLC_PROTOCOLS.test(expression));
}

/** Matches other packets on purpose. */
function isMeantMatch(expression: string, link: string): boolean {
  // Behind AH libpcap looks for the next header at the wrong place.
  if (expression.includes('protochain')) return true;
  // What stands after a Geneve test that has failed: libpcap reads words of memory that nothing has set.
  if (expression.includes('geneve') && /\b(not|or)\b|!|\|\|/.test(expression)) return true;
  // In cooked v2 captures libpcap takes an IEEE 802.2 access point for an EtherType.
  if (link === 'LINUX_SLL2' && LLC_PROTOCOLS.test(expression)) return true;
  // Inside PPPoE libpcap no longer finds the interface in the cooked header.
  if (expression.includes('pppoes') && /ifindex|bound/.test(expression)) return true;
  // Places are computed in 32 bits, as in Linux; libpcap rejects what wraps around.
  return /\[[^\]]*\[/.test(expression);
}

const ISIS_PROTOCOLS = /\b(isis proto|l1|l2|iih|lsp|snp|csnp|psnp)\b/;
const LLC_PROTOCOLS =
  /\b(iso|ipx|stp|netbeui|clnp|esis|isis|l1|l2|iih|lsp|snp|csnp|psnp|atalk|aarp)\b|(ether|link) proto/;

export function captureOf(dlt: number, packets: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(dlt === 12 ? 101 : dlt, 20);
  const records = packets.map((bytes) => {
    const record = Buffer.alloc(16 + bytes.length);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    record.set(bytes, 16);
    return record;
  });
  return Buffer.concat([header, ...records]);
}
