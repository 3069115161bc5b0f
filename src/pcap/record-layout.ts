/** How the records of a format lie one behind the other: what cutting and sharing them out needs to know. @module */

/** How a format finds its records again in what was written. */
export interface RecordLayout {
  /** Length of the record at `bytes[at]`; the caller has seen that its head is there. */
  recordLength(bytes: Uint8Array, at: number): number;
  /** Bytes that must be there before `recordLength` may be asked. */
  readonly headLength: number;
  /** True when the record at `bytes[at]` is a frame, not a description of something. */
  isFrame(bytes: Uint8Array, at: number): boolean;
}

/** What rotation asks about the frames among the records, too. */
export interface FrameLayout extends RecordLayout {
  /** Bytes of the frame that were kept. */
  capturedLength(bytes: Uint8Array, at: number): number;
  /** Whole seconds since 1970. */
  seconds(bytes: Uint8Array, at: number): number;
}

/** Bytes and frames of the records that stand whole in the first `end` bytes; `bytes[0]` begins one. */
export function wholeRecords(
  layout: RecordLayout,
  bytes: Uint8Array,
  end: number,
): { readonly length: number; readonly frames: number } {
  let length = 0;
  let frames = 0;
  while (length + layout.headLength <= end) {
    const next = length + layout.recordLength(bytes, length);
    if (next > end || next <= length) break;
    if (layout.isFrame(bytes, length)) frames += 1;
    length = next;
  }
  return { length, frames };
}
