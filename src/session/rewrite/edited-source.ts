/** A file whose frames pass through an editor, for outputs that hold frames only. @module */
import type { CaptureStatistics, FrameBatch, ReadOptions } from '../../base/frame.ts';
import { copyFrame, FrameCursor } from '../../base/frame-columns.ts';
import type { LinkType } from '../../base/link-type.ts';
import { type CaptureInterface, type FrameSource, FrameTable } from '../../pcap/index.ts';
import type { RecordInput } from '../record.ts';
import type { FrameEditor } from './frame-editor.ts';

/** A frame is edited once, in place, when its batch is requested. */
export class EditedSource implements RecordInput {
  readonly #source: FrameSource;
  readonly #editor: FrameEditor;

  constructor(source: FrameSource, editor: FrameEditor) {
    this.#source = source;
    this.#editor = editor;
  }

  get linkType(): LinkType {
    return this.#source.linkType;
  }

  get snapLength(): number {
    return this.#source.snapLength;
  }

  get longestFrame(): number {
    return this.#source.longestFrame;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#source.interfaces;
  }

  async *batches(options?: ReadOptions): AsyncGenerator<FrameBatch, void, undefined> {
    const table = new FrameTable(() => undefined);
    const cursor = new FrameCursor();
    for await (const batch of this.#source.batches(options)) {
      let isBegun = false;
      table.reset(cursor.data);
      batch.forEach((frame) => {
        if (!isBegun) table.reset(frame.data);
        isBegun = true;
        const { linkType } = this.interfaces[frame.interfaceIndex] ?? this;
        const edited = copyFrame(frame, cursor);
        if (!this.#editor.edit(edited, linkType)) return;
        const { offset, length, wireLength, seconds, nanoseconds, interfaceIndex } = edited;
        table.collect(offset, length, wireLength, seconds, nanoseconds, interfaceIndex);
      });
      if (table.size > 0) yield table;
    }
  }

  statistics(): CaptureStatistics {
    return this.#source.statistics();
  }
}
