/** Converts frames of a source without records of its own, such as a file, to batches of records. @module */
import { defined } from '../base/defined.ts';
import { StackError } from '../base/errors.ts';
import type { CaptureSource, FrameView } from '../base/frame.ts';
import { linkTypeName } from '../base/link-type.ts';
import { FrameGatherer, type RecordBatch, type RecordReadOptions } from '../capture/index.ts';
import type { CaptureInterface, RecordFormat } from '../pcap/index.ts';

/** A source that may describe interfaces, and more of them with every batch. */
type DescribedSource = Pick<CaptureSource, 'linkType' | 'snapLength' | 'batches'> & {
  readonly interfaces?: readonly CaptureInterface[];
  /** Maximum frame length in bytes. Default: from the snap lengths. */
  readonly longestFrame?: number;
};

export interface FramesAsRecordsOptions extends RecordReadOptions {
  /** Returns records, none of them frames, to be written before the frames of the next batch. */
  readonly descriptions?: () => Uint8Array | undefined;
}

/** Reads the source up to its end or a limit. Each of its batches is yielded immediately. */
export async function* framesAsRecords(
  source: DescribedSource,
  format: RecordFormat,
  options: FramesAsRecordsOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const { signal, limit = Number.POSITIVE_INFINITY, descriptions = () => undefined } = options;
  const check = (frame: FrameView): void =>
    format.container === 'pcap' ? refuseOther(source, frame) : refuseTime(frame);
  let gatherer: FrameGatherer | undefined;
  let frames = 0;
  try {
    for await (const batch of source.batches(defined({ signal }))) {
      const longest = longestOf(source);
      if (gatherer === undefined || longest > gatherer.longest) {
        gatherer?.areas.takeBack();
        gatherer = new FrameGatherer(format, longest, [], { ...options, limit: limit - frames }, false);
      }
      for (let told = descriptions(); told !== undefined; told = descriptions()) {
        await gatherer.begin();
        gatherer.put(told);
        yield gatherer.finish();
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
        yield gatherer.finish(); // also what precedes a frame that cannot be recorded
        if (failure !== undefined) throw failure.error;
      }
      if (frames >= limit) return;
    }
  } finally {
    gatherer?.areas.takeBack();
  }
}

function longestOf({ snapLength, interfaces = [], longestFrame }: DescribedSource): number {
  return longestFrame ?? interfaces.reduce((longest, described) => Math.max(longest, described.snapLength), snapLength);
}

/** PCAPNG counts nanoseconds in 64 bits, up to the year 2554; PCAP seconds in 32 bits, up to 2106. */
const PCAPNG_SECONDS = Math.floor(2 ** 64 / 1e9);
const PCAP_SECONDS = 2 ** 32;

/** Refuses a time that the format cannot hold. @throws StackError `FRAME_TIME` */
function refuseTime({ seconds }: FrameView, end = PCAPNG_SECONDS): void {
  if (seconds >= 0 && seconds < end) return;
  const advice = seconds >= 0 && seconds < PCAPNG_SECONDS ? '; write to a name that ends in .pcapng' : '';
  const kind = end === PCAP_SECONDS ? 'PCAP' : 'PCAPNG';
  const when = seconds < 0 ? `${-seconds} seconds before` : `${seconds} seconds after`;
  throw new StackError('FRAME_TIME', `a ${kind} file cannot hold a frame from ${when} 1970${advice}`);
}

/**
 * Refuses a frame that a classic file cannot hold, which has one link type.
 * @throws StackError `USAGE`; `FRAME_TIME`
 */
function refuseOther({ linkType, interfaces = [] }: DescribedSource, frame: FrameView): void {
  refuseTime(frame, PCAP_SECONDS);
  const other = interfaces[frame.interfaceIndex]?.linkType ?? linkType;
  if (other === linkType) return;
  throw new StackError(
    'USAGE',
    `a PCAP file of ${linkTypeName(linkType)} frames cannot hold one of ${linkTypeName(other)}; ` +
      'write to a name that ends in .pcapng',
  );
}
