/** Copies blocks of a PCAPNG file into output memory, with the changes of a rewrite. @module */

import { StackError } from '../../base/errors.ts';
import type { FrameView } from '../../base/frame.ts';
import { copyFrame, FrameCursor } from '../../base/frame-columns.ts';
import {
  BlockType,
  type BlockView,
  changedPacketLength,
  copyBlock,
  copyWithOptions,
  type FileSource,
  forgetSectionLength,
  OptionCode,
  type PacketChanges,
  type SectionLayout,
  writeChangedPacket,
} from '../../pcap/index.ts';
import { keepsBlock, optionRule, type Stripping } from './block-rules.ts';
import type { FrameEditor } from './frame-editor.ts';

/** The changes of a rewrite. */
export interface CopyChanges {
  /** Frames may be left out. Filler is then left out, too, and section headers do not tell the length of their section. */
  readonly isSelective: boolean;
  /** Default: `nothing`. */
  readonly stripping?: Stripping;
  readonly editor?: FrameEditor;
}

const encoder = new TextEncoder();
/** Maximum length of an option's value. */
const MAX_OPTION_LENGTH = 0xffff;

export class BlockCopier {
  readonly #changes: CopyChanges;
  readonly #stripping: Stripping;
  readonly #file: Pick<FileSource, 'interfaces'>;
  readonly #layout: SectionLayout;
  readonly #frame = new FrameCursor();
  readonly #packetRule: ((code: number) => boolean) | undefined;

  constructor(changes: CopyChanges, file: Pick<FileSource, 'interfaces'>, layout: SectionLayout) {
    this.#changes = changes;
    this.#stripping = changes.stripping ?? 'nothing';
    this.#file = file;
    this.#layout = layout;
    this.#packetRule = packetRule(changes);
  }

  /** Returns whether the block is copied at all, apart from what the editor drops. */
  keeps({ type }: BlockView): boolean {
    if (type === BlockType.filler && this.#changes.isSelective) return false;
    return keepsBlock(type, this.#stripping);
  }

  /**
   * Copies a block to `out[at, …)`, which has room for `block.length` and `BLOCK_ROOM` bytes.
   * @returns the offset just past it; `at` if the editor has dropped its frame
   * @throws StackError `FRAME_TIME`
   */
  copy(block: BlockView, out: Uint8Array, at: number): number {
    const { frame, type } = block;
    if (frame === undefined) {
      const rule = optionRule(type, this.#stripping);
      const end = rule === undefined ? copyBlock(block, out, at) : copyWithOptions(block, rule, out, at);
      if (type === BlockType.sectionHeader && this.#changes.isSelective) forgetSectionLength(out, at);
      return end;
    }
    const { editor } = this.#changes;
    const isCut =
      this.#packetRule !== undefined || this.#layout.capturedLength(block.data, block.offset) !== frame.length;
    if (editor === undefined && !isCut) return copyBlock(block, out, at);
    const edited = copyFrame(frame, this.#frame);
    const scale = this.#layout.scaleOf(frame.interfaceIndex);
    if (editor?.edit(edited, this.#file.interfaces[frame.interfaceIndex]?.linkType ?? 0) === false) return at;
    if (type === BlockType.simplePacket) copyTime(frame, edited); // it has none
    const changes = this.#changesOf(editor);
    if (!isCut && editor?.changesBytes !== true && changes.comments?.length === 0 && isUnchanged(frame, edited)) {
      return copyBlock(block, out, at);
    }
    if (edited.seconds < scale.startSeconds || edited.seconds >= scale.endSeconds) {
      throw new StackError('FRAME_TIME', 'a time is outside the range of its interface in a PCAPNG file');
    }
    if (changedPacketLength(block, changes) > block.length + BLOCK_ROOM) throw new RangeError('comments are too long');
    return writeChangedPacket(block, edited, scale, changes, out, at);
  }

  #changesOf(editor: FrameEditor | undefined): PacketChanges {
    const comments = editor?.comments?.() ?? [];
    return {
      ...(this.#packetRule === undefined ? {} : { keepsOption: this.#packetRule }),
      comments: comments.map((comment) => encoder.encode(comment).subarray(0, MAX_OPTION_LENGTH)),
    };
  }
}

function copyTime(from: FrameView, to: FrameCursor): void {
  to.seconds = from.seconds;
  to.nanoseconds = from.nanoseconds;
}

function isUnchanged(frame: FrameView, edited: FrameView): boolean {
  return edited.length === frame.length && edited.seconds === frame.seconds && edited.nanoseconds === frame.nanoseconds;
}

/** Bytes that a block may grow. */
export const BLOCK_ROOM = 1 << 18;

function packetRule({ stripping = 'nothing', editor }: CopyChanges): ((code: number) => boolean) | undefined {
  const base = optionRule(BlockType.enhancedPacket, stripping);
  if (editor === undefined) return base;
  const { keepsComments = true, changesBytes = false } = editor;
  if (keepsComments && !changesBytes) return base;
  return (code) =>
    (base === undefined || base(code)) &&
    (keepsComments || code !== OptionCode.comment) &&
    (!changesBytes || code !== OptionCode.packetHash);
}
