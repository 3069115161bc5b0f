/** One batch for several files: its memory is kept until the last of them has written its part. @module */
import type { OutputBatch } from '../record-output.ts';

export interface HeldBatch {
  /** As `OutputBatch.retain`, any number of times. */
  retain(): () => void;
  /** No more parts: the memory goes back once all that retained it have let go. */
  release(): void;
}

export function holdBatch(batch: OutputBatch): HeldBatch {
  const giveBack = batch.retain();
  let holders = 1;
  const release = (): void => {
    holders -= 1;
    if (holders === 0) giveBack();
  };
  return {
    retain() {
      holders += 1;
      return release;
    },
    release,
  };
}
