/** Changes that a rewrite makes to frames, whatever the file formats. @module */
import type { FrameCursor } from '../../base/frame-columns.ts';
import type { LinkType } from '../../base/link-type.ts';

/** Edits frames one by one, in their order. */
export interface FrameEditor {
  /**
   * Edits a lent frame: its bytes in place, its length (shorter only), its time.
   * @returns false to drop the frame
   */
  edit(frame: FrameCursor, linkType: LinkType): boolean;
  /** Returns whether frames keep the comments of the input. Default: true. */
  readonly keepsComments?: boolean;
  /** Returns comments to add to the frame edited last. */
  comments?(): readonly string[];
  /** Whether the bytes of frames change, so that hashes over them are wrong. Default: false. */
  readonly changesBytes?: boolean;
}
