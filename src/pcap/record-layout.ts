/** Layout of the records of a format, for code that cuts or splits batches. @module */

/** Finds the records in a batch or a file. */
export interface RecordLayout {
  /** Returns the length of the record at `bytes[at]`, whose first `headLength` bytes are present. */
  recordLength(bytes: Uint8Array, at: number): number;
  /** Bytes of a record that `recordLength` reads. */
  readonly headLength: number;
  /** Returns whether the record at `bytes[at]` is a frame. */
  isFrame(bytes: Uint8Array, at: number): boolean;
}

/** Adds the fields of frames that rotation needs. */
export interface FrameLayout extends RecordLayout {
  /** Returns the captured length of a frame in bytes. */
  capturedLength(bytes: Uint8Array, at: number): number;
  /** Returns whole seconds since 1970. */
  seconds(bytes: Uint8Array, at: number): number;
}

/** Counts the bytes and frames of the whole records in the first `end` bytes; a record begins at `bytes[0]`. */
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
