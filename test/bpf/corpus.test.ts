/**
 * The filter compiler against libpcap 1.10.3 over the corpus: what is a filter, which packets match, how long programs
 * are and how many instructions they execute. @module
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { compileFilter, type FilterProgram } from '../../src/bpf/compile-filter.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { countSteps } from '../support/count-steps.ts';
import { type CorpusCapture, type CorpusRow, corpusCaptures, corpusRows } from '../support/filter-corpus.ts';
import { LibpcapOracle, type OracleAnswer } from '../support/libpcap-oracle.ts';
import { corpusFolder, isCorpusShared } from '../support/peers.ts';

/** Differences from libpcap 1.10.3 that are meant; docs/filter.md gives the reasons. */
const MEANT: readonly { readonly reason: string; applies(row: CorpusRow, capture: CorpusCapture): boolean }[] = [
  {
    reason: 'libpcap takes the byte order of the file for that of the headers in it',
    applies: (_, capture) => capture.name === 'made-null-swapped.pcap',
  },
  {
    reason: 'libpcap loses the load of "byte I & V" and "byte I | V"',
    applies: ({ expression }) => /byte \d+ [&|]/.test(expression),
  },
  {
    reason: 'libpcap takes 240.0.0.0/4 and 255.255.255.255 for multicasts',
    applies: ({ expression }) => /\bip multicast\b/.test(expression),
  },
];
/** libpcap 1.10.3, measured over the EN10MB rows that it accepts: instructions, and how many it executed on some captures. */
const LIBPCAP = isCorpusShared
  ? {
      instructions: 9_412,
      executed: 808_017,
      on: ['made-lo-ether.pcap', 'made-tunnels.pcap', 'made-l2mix-be.pcap', 'made-frags-exthdr.pcap'],
    }
  : { instructions: 1_229, executed: 92_395, on: ['own-ethernet.pcap', 'own-random.pcap'] };
/** Captures with packets that are cut short; there libpcap's optimised and plain programs differ as well. */
const CUT = ['made-truncated.pcap', 'tcp_header_heapoverflow.pcap', 'ip6_frag_asan.pcap', 'tcp_rst_data-trunc.pcap'];

/** Tests of fields that only the kernel has on most link types; the corpus was measured without a capture file. */
const LIVE_ONLY = /\b(inbound|outbound|ifindex)\b/;

const folder = corpusFolder();
const oracle = LibpcapOracle.build();

interface Compiled {
  readonly row: CorpusRow;
  readonly program: FilterProgram;
  readonly plain: FilterProgram;
}

describe('the corpus', () => {
  const rows = corpusRows(folder);
  const compiled: Compiled[] = [];
  const refused = new Map<CorpusRow, unknown>();

  beforeAll(() => {
    for (const row of rows) {
      const live = LIVE_ONLY.test(row.expression);
      const options = { linkType: row.linkType, snapLength: row.snapLength, live };
      try {
        compiled.push({
          row,
          program: compileFilter(row.expression, options),
          plain: compileFilter(row.expression, { ...options, optimize: false }),
        });
      } catch (error) {
        refused.set(row, error);
      }
    }
  });

  test('accepts and refuses what libpcap accepts and refuses', () => {
    const wrong = rows.filter((row) => !row.disputed && refused.has(row) === row.ok);
    console.log(
      `gate 1: ${rows.length} rows, ${rows.filter((row) => row.disputed).length} disputed, ${wrong.length} wrong`,
    );
    expect(wrong.map((row) => `${row.dlt} ${row.expression}`)).toEqual([]);
    for (const [row, error] of refused) {
      expect(error, row.expression).toBeInstanceOf(FilterError);
      const { offset, length } = error as FilterError;
      expect(offset + length, row.expression).toBeLessThanOrEqual(row.expression.length + 1);
    }
  });

  test('is shorter than libpcap', () => {
    const sum = compiled
      .filter(({ row }) => row.dlt === 'EN10MB' && row.ok)
      .reduce((total, { program }) => total + program.instructions.length, 0);
    console.log(`gate 5: ${sum} instructions, libpcap ${LIBPCAP.instructions}`);
    expect(sum).toBeLessThan(LIBPCAP.instructions * 0.87);
  });

  describe.skipIf(oracle === undefined)('beside libpcap', () => {
    const captures = oracle === undefined ? [] : corpusCaptures(folder, oracle);

    test('matches the packets that libpcap matches', () => {
      const questions = compiled.flatMap(({ row, program }) =>
        captures.flatMap((capture, file) => (capture.dlt === row.dlt ? [{ row, program, capture, file }] : [])),
      );
      const answers =
        oracle?.ask(
          captures.map(({ path }) => path),
          questions.map(({ row, file }) => ({ file, expression: row.expression, snapLength: row.snapLength })),
        ) ?? [];
      let pairs = 0;
      const meant = new Map<string, number>();
      const wrong: string[] = [];
      for (const [index, { row, program, capture }] of questions.entries()) {
        const answer = answers[index];
        if (answer === undefined || !answer.ok) continue;
        pairs += capture.packets.length;
        const differing = differences(program, capture, answer);
        if (differing.length === 0) continue;
        const reason = MEANT.find(({ applies }) => applies(row, capture))?.reason;
        if (reason === undefined) wrong.push(`${capture.name} ${row.expression}: packets ${differing.join(', ')}`);
        else meant.set(reason, (meant.get(reason) ?? 0) + differing.length);
      }
      console.log(`gate 2: ${pairs} pairs of filter and packet, ${wrong.length} filters differ without a reason`);
      for (const [reason, count] of meant) console.log(`  ${count} pairs: ${reason}`);
      expect(wrong).toEqual([]);
    });

    test('means the same with and without optimisation', () => {
      let pairs = 0;
      const wrong: string[] = [];
      for (const { row, program, plain } of compiled) {
        for (const capture of captures) {
          if (capture.dlt !== row.dlt || CUT.includes(capture.name)) continue;
          for (const { bytes, wireLength } of capture.packets) {
            pairs += 1;
            const same = program.match(bytes, wireLength) === plain.match(bytes, wireLength);
            if (!same) wrong.push(`${capture.name} ${row.expression}`);
          }
        }
      }
      console.log(`gate 4: ${pairs} pairs of filter and packet`);
      expect([...new Set(wrong)]).toEqual([]);
    });

    test('executes fewer instructions than libpcap', () => {
      let steps = 0;
      const ethernet = compiled.filter(({ row }) => row.dlt === 'EN10MB' && row.ok);
      for (const capture of captures.filter(({ name }) => LIBPCAP.on.includes(name))) {
        for (const { program } of ethernet) {
          for (const { bytes, wireLength } of capture.packets) {
            steps += countSteps(program.instructions, bytes, wireLength);
          }
        }
      }
      console.log(`gate 5: ${steps} instructions executed, libpcap ${LIBPCAP.executed}`);
      expect(steps).toBeLessThan(LIBPCAP.executed);
    });
  });
});

/** Numbers of the packets that neither of libpcap's programs judges as ours does. */
function differences(
  program: FilterProgram,
  capture: CorpusCapture,
  answer: Extract<OracleAnswer, { ok: true }>,
): readonly number[] {
  const differing: number[] = [];
  for (const [index, { bytes, wireLength }] of capture.packets.entries()) {
    const verdict = program.match(bytes, wireLength) > 0 ? '1' : '0';
    if (verdict !== answer.optimised[index] && verdict !== answer.plain[index]) differing.push(index + 1);
  }
  return differing;
}
