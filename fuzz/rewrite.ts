/**
 * Fuzz target: the rewriter of PCAPNG files. Of any bytes it must copy all blocks before the damage unchanged; stripped and
 * cut copies must be valid files with the same frames, and blocks must never grow beyond their bound. @module
 */

import { commentsOf } from '../src/pcap/block-notes.ts';
import { CaptureParser } from '../src/pcap/capture-parser.ts';
import { dropsBefore } from '../src/pcap/packet-block.ts';
import { SectionLayout } from '../src/pcap/section-layout.ts';
import { BLOCK_ROOM, BlockCopier, type CopyChanges } from '../src/session/rewrite/block-copier.ts';
import { RandomSource } from '../test/support/random-source.ts';
import { richFile } from '../test/support/rich-pcapng.ts';
import { mutate } from './mutate.ts';

const FILE = richFile();
const CUT_LENGTH = 13;

/** Rewrites the blocks before the damage. @returns the new file, and number and lengths of its frames */
function rewrite(
  file: Uint8Array,
  changes: CopyChanges,
): { copy: Uint8Array; frames: string; error: string | undefined } {
  const parser = new CaptureParser({ blocks: true });
  const layout = new SectionLayout(parser);
  const copier = new BlockCopier(changes, parser, layout);
  const out = new Uint8Array(file.length * 2 + BLOCK_ROOM);
  const frames: string[] = [];
  let end = 0;
  parser.room().set(file);
  parser.commit(file.length);
  parser.finish();
  for (let batch = parser.parse(); !batch.isEmpty; batch = parser.parse()) {
    batch.forEachBlock((block) => {
      layout.littleEndian = block.littleEndian;
      layout.sectionBase = block.sectionBase;
      if (commentsOf(block).length * 4 > block.length) throw new Error('more comments than fit into the block');
      if (block.frame !== undefined) {
        dropsBefore(block);
        layout.seconds(block.data, block.offset);
        frames.push(
          `${block.frame.length} ${block.frame.wireLength} ${block.frame.seconds} ${block.frame.nanoseconds}`,
        );
      }
      if (!copier.keeps(block)) return;
      const next = copier.copy(block, out, end);
      if (next - end > block.length + BLOCK_ROOM)
        throw new Error(`block of ${block.length} bytes became ${next - end}`);
      end = next;
    });
  }
  return { copy: out.slice(0, end), frames: frames.join('\n'), error: parser.error?.code };
}

/** Runs one seed. */
export function fuzzRewrite(seed: number): void {
  const random = new RandomSource(seed);
  const file = mutate(FILE, random);
  const plain = rewrite(file, { isSelective: false });
  for (let at = 0; at < plain.copy.length; at += 1) {
    if (plain.copy[at] !== file[at]) throw new Error(`byte ${at} differs`);
  }
  if (plain.copy.length === 0) return;
  const stripped = rewrite(file, { isSelective: true, stripping: 'secrets' });
  const again = rewrite(stripped.copy, { isSelective: false });
  if (again.frames !== plain.frames) throw new Error(`stripped: other frames:\n${again.frames}\n---\n${plain.frames}`);
  const editor = {
    edit(frame: { length: number }): boolean {
      frame.length = Math.min(frame.length, CUT_LENGTH);
      return true;
    },
    comments: () => ['a remark'],
  };
  const cut = rewrite(rewrite(file, { isSelective: true, editor }).copy, { isSelective: false });
  const lengths = (text: string): string =>
    text.replace(/^\d+/gm, (length) => String(Math.min(Number(length), CUT_LENGTH)));
  if (cut.frames !== lengths(plain.frames)) throw new Error(`cut: other frames:\n${cut.frames}\n---\n${plain.frames}`);
}
