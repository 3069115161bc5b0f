/** Frames of a source that makes no records itself, a file for instance, as batches of records. @module */
import { StackError } from '../base/errors.ts';
import type { CaptureSource, FrameView } from '../base/frame.ts';
import { linkTypeName } from '../base/link-type.ts';
import { FrameGatherer } from '../capture/frame-gatherer.ts';
import type { RecordBatch, RecordOptions } from '../capture/live-source.ts';
import type { CaptureInterface, RecordFormat } from '../pcap/index.ts';

/** What a source may tell of its interfaces; more may be told with every batch. */
type DescribedSource = CaptureSource & { readonly interfaces?: readonly CaptureInterface[] };

export interface FramesAsRecordsOptions extends RecordOptions {
  /** Records, none of them frames, that must stand before the frames of the next batch. */
  readonly descriptions?: () => Uint8Array | undefined;
}

/** Reads the source to its end, or to one of the limits. Each of its batches is handed over at once. */
export async function* framesAsRecords(
  source: DescribedSource,
  format: RecordFormat,
  options: FramesAsRecordsOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const { signal, limit = Number.POSITIVE_INFINITY, descriptions = () => undefined } = options;
  const check = format.container === 'pcap' ? (frame: FrameView) => refuseOther(source, frame) : () => {};
  let gatherer: FrameGatherer | undefined;
  let frames = 0;
  try {
    for await (const batch of source.batches(signal === undefined ? {} : { signal })) {
      const longest = longestFrame(source);
      if (gatherer === undefined || longest > gatherer.longest) {
        gatherer?.takeBack();
        gatherer = new FrameGatherer(format, longest, [], { ...options, limit: limit - frames }, false);
      }
      for (let told = descriptions(); told !== undefined; told = descriptions()) {
        await gatherer.begin();
        gatherer.put(told);
        yield gatherer.hand();
      }
      for (let next = 0; next < batch.size && frames < limit; ) {
        await gatherer.begin();
        const before = next;
        let failure: { readonly error: unknown } | undefined;
        try {
          next = gatherer.takeFrom(batch, next, check);
        } catch (error) {
          failure = { error };
        }
        frames += next - before;
        yield gatherer.hand(); // also what stands before a frame that cannot be taken
        if (failure !== undefined) throw failure.error;
      }
      if (frames >= limit) return;
    }
  } finally {
    gatherer?.takeBack();
  }
}

function longestFrame({ snapLength, interfaces = [] }: DescribedSource): number {
  return interfaces.reduce((longest, described) => Math.max(longest, described.snapLength), snapLength);
}

/** A classic file has one link type: frames of another would be read as what they are not. @throws StackError `USAGE` */
function refuseOther({ linkType, interfaces = [] }: DescribedSource, { interfaceIndex }: FrameView): void {
  const other = interfaces[interfaceIndex]?.linkType ?? linkType;
  if (other === linkType) return;
  throw new StackError(
    'USAGE',
    `a PCAP file of ${linkTypeName(linkType)} frames cannot hold one of ${linkTypeName(other)}: ` +
      'write to a name that ends in .pcapng',
  );
}
