/** One batch for several files: its memory is kept until the last of them has written its part. @module */
import type { RecordBatch } from '../../capture/index.ts';

export interface HeldBatch {
  /** As `RecordBatch.retain`, any number of times. */
  retain(): () => void;
  /** No more parts: the memory goes back once all that retained it have let go. */
  release(): void;
}

export function holdBatch(batch: RecordBatch): HeldBatch {
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
