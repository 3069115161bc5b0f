/** Files that are cut at any byte: the frames before the cut, then an error with its offset. @module */
import { describe, expect, test } from 'vitest';
import { commentsOf } from '../../src/pcap/block-notes.ts';
import { CaptureParser } from '../../src/pcap/capture-parser.ts';
import { dropsBefore } from '../../src/pcap/packet-block.ts';
import { buildPcap, parseAll } from '../support/capture-file.ts';
import { blocksOf, richFile } from '../support/rich-pcapng.ts';

/** Returns the offset of each record or block of a file, and of its end. */
function bordersOf(lengths: readonly number[]): number[] {
  const borders = [0];
  for (const length of lengths) borders.push((borders.at(-1) ?? 0) + length);
  return borders;
}

function expectCut(
  file: Uint8Array,
  borders: readonly number[],
  frameStarts: readonly number[],
  headerEnd: number,
): void {
  const whole = parseAll(file).frames;
  for (let cut = 0; cut < file.length; cut += 1) {
    const { frames, code, parser } = parseAll(file.subarray(0, cut), 1 + (cut % 100));
    const before = frameStarts.filter((start) => (borders[borders.indexOf(start) + 1] ?? 0) <= cut).length;
    expect(frames, `cut at ${cut}`).toEqual(whole.slice(0, before));
    const start = Math.max(...borders.filter((border) => border <= cut));
    if (start === cut && cut >= headerEnd) {
      expect(code, `cut at ${cut}`).toBeUndefined();
      continue;
    }
    expect(['FILE_TRUNCATED', 'FILE_FORMAT'], `cut at ${cut}`).toContain(code);
    if (cut >= headerEnd) expect(code, `cut at ${cut}`).toBe('FILE_TRUNCATED');
    if (start > 0 && start < cut) expect(parser.error?.message, `cut at ${cut}`).toContain(`at offset ${start}: `);
  }
}

describe('a file cut at every byte', () => {
  test('PCAP', () => {
    const records = [60, 1, 0, 77].map(
      (length, index) => [index, 0, length, length, new Uint8Array(length).fill(index)] as const,
    );
    const file = buildPcap({ records });
    const borders = bordersOf([24, ...records.map(([, , length]) => 16 + length)]);
    expectCut(file, borders, borders.slice(1, -1), 24);
  });

  test('PCAPNG, with sections of both byte orders and blocks of every kind', () => {
    const file = richFile();
    const blocks = blocksOf(file);
    const borders = bordersOf(blocks.map(({ bytes }) => bytes.length));
    const starts = borders.filter((_, index) => [2, 3, 6].includes(blocks[index]?.type ?? 0));
    expectCut(file, borders, starts, borders[2] ?? 0);
  });
});

describe('comments and drop counts', () => {
  const notesOf = (file: Uint8Array): { comments: string[]; drops: number | undefined }[] => {
    const parser = new CaptureParser({ blocks: true });
    parser.room().set(file);
    parser.commit(file.length);
    const notes: { comments: string[]; drops: number | undefined }[] = [];
    parser.parse().forEachBlock((block) => {
      notes.push({ comments: commentsOf(block), drops: block.frame === undefined ? undefined : dropsBefore(block) });
    });
    return notes;
  };

  test('of sections, interfaces, names, packets and statistics, in both byte orders', () => {
    const two = ['packet remark one', 'packet remark two\n\x1b[31m'];
    const sections = ['section remark', 'second remark'].map((remark, index) => [
      [[remark], undefined],
      [['interface remark'], undefined],
      [[], undefined],
      [['names remark'], undefined],
      [two, 7 + index * 6],
      [[], undefined],
      [[], undefined],
      [[], undefined],
      [[], undefined],
      [[], 5],
      [[], undefined],
      [[], undefined],
      [['packet remark three'], undefined],
      [[], 1],
      [['statistics remark'], undefined],
    ]);
    expect(notesOf(richFile()).map(({ comments, drops }) => [comments, drops])).toEqual(sections.flat());
  });

  test('lengths of options that lead out of the block end the list', () => {
    const file = richFile();
    const text = new TextEncoder().encode('section remark');
    const at = Buffer.from(file).indexOf(text);
    new DataView(file.buffer).setUint16(at - 2, 0xffff, true);
    expect(notesOf(file)[0]).toEqual({ comments: [], drops: undefined });
  });
});
