/** Shares one batch among several files: its memory is kept until the last one has written its part. @module */
import type { RecordBatch } from '../../capture/index.ts';

export interface HeldBatch {
  /** Like `RecordBatch.retain`; may be called several times. */
  retain(): () => void;
  /** Ends sharing: the memory is returned once all that retained it have released it. */
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
