/** Checks the files and messages of a capture with any options (docs/files.md, docs/capture.md). @module */
import type { CapturePlan } from './capture-draws.ts';
import type { FoundFile, FoundFrame } from './found-files.ts';
import type { SentFrame } from './numbered-flow.ts';
import { statisticsBlocks } from './pcapng-blocks.ts';

export interface CaptureRun {
  readonly plan: CapturePlan;
  readonly series: readonly (readonly FoundFile[])[];
  /** All frames of the flow. */
  readonly sent: readonly SentFrame[];
  readonly status: number;
  readonly standardError: string;
  readonly endedByItself: boolean;
  /** Milliseconds since 1970. The files of a killed capture hold every frame delivered until then. */
  readonly shownUntil: number;
}

/** A run with derived values. */
interface Seen extends CaptureRun {
  readonly files: readonly FoundFile[];
  readonly frames: readonly FoundFrame[];
  /** Sent frames that reached the captured interfaces. */
  readonly due: readonly SentFrame[];
  readonly captured: number;
  readonly dropped: number;
  /** The option that ended the capture, as printed. */
  readonly reason: string | undefined;
  readonly isRing: boolean;
  readonly isFlight: boolean;
}

type Complaints = Generator<string, void, undefined>;

const PCAP_HEADER = 24;
const PCAP_RECORD = 16;
/** Maximum length of a file without frames: header, interface descriptions, counters. */
const MAX_EMPTY_LENGTH = 400;
/** Maximum length that one more frame adds to a PCAPNG file, with padding to a page and other blocks. */
const MAX_STEP = 1514 + 8192 + MAX_EMPTY_LENGTH;
/** Exit status of `LabProcess` after a signal. */
const KILLED = -2;
/** Maximum difference in milliseconds between the clock of the kernel and that of this process. */
const STAMP_TOLERANCE = 40;

/** Returns a text for every failed check of a run. */
export function complaintsAbout(run: CaptureRun): string[] {
  const seen = look(run);
  const isKilled = run.plan.draw.end === 'kill' && !run.endedByItself;
  const claims = isKilled
    ? [order, shown]
    : [ending, order, counts, limits, borders, classicFiles, names, completeness, windows, counters];
  return claims.flatMap((claim) => [...claim(seen)]);
}

function look(run: CaptureRun): Seen {
  const { plan, series, sent, standardError } = run;
  const { interfaces, trigger } = plan.draw;
  const last = (pattern: RegExp): number => Number([...standardError.matchAll(pattern)].at(-1)?.[1]);
  const wires = interfaces.map((each) => each.split('/')[0]);
  const files = series.flat();
  return {
    ...run,
    files,
    frames: files.flatMap((file) => file.frames),
    due: wires.includes('any') ? sent : sent.filter(({ wire }) => wires.includes(wire)),
    captured: trigger === undefined ? last(/^(\d+) packets? captured$/gm) : last(/, (\d+) packets written to/g),
    dropped: last(/^(\d+) packets? dropped by kernel$/gm),
    reason: /capture stopped: .*\((-[^\s)]+)/.exec(standardError)?.[1],
    isRing: plan.ring < Number.POSITIVE_INFINITY,
    isFlight: trigger !== undefined,
  };
}

function* ending({ status, standardError, endedByItself, reason, dropped }: Seen): Complaints {
  // The capture had ended, and printed so, just before the signal arrived.
  const isCrossed = status === KILLED && !Number.isNaN(dropped) && reason !== undefined;
  if (status !== 0 && !isCrossed) yield `status ${status}`;
  if (/\n {4}at |Error\b/.test(standardError)) yield 'a stack trace';
  if (endedByItself && reason === undefined) yield 'the capture ended by itself without a reason';
  if (standardError.includes('too late for their place')) yield 'late frames';
}

function* order({ plan, series, frames }: Seen): Complaints {
  if (new Set(frames.map(({ sent }) => sent)).size < frames.length) yield 'a frame was written twice';
  for (const files of series) {
    let before: FoundFrame | undefined;
    for (const frame of files.flatMap((file) => file.frames)) {
      if (before !== undefined && before.time > frame.time)
        yield `frame ${frame.sent.number} is earlier than the frame before it`;
      if (before !== undefined && plan.draw.interfaces.length === 1 && before.sent.number > frame.sent.number) {
        yield `frame ${frame.sent.number} follows frame ${before.sent.number}`;
      }
      before = frame;
    }
  }
}

/** A killed capture has written the frames delivered before. */
function* shown({ plan, due, frames, shownUntil, isFlight, isRing }: Seen): Complaints {
  const isLimited = Math.min(plan.count, plan.stopFiles, plan.stopSize, plan.quota) < Number.POSITIVE_INFINITY;
  if (isFlight || isRing || isLimited) return;
  const found = new Set(frames.map(({ sent }) => sent));
  const missing = due.filter((frame) => frame.to < shownUntil && !found.has(frame));
  if (missing.length > 0) yield `${missing.length} frames are missing, the first is ${missing[0]?.number}`;
}

function* counts({ files, frames, captured, isRing, isFlight, series }: Seen): Complaints {
  const isCounted = isRing ? frames.length <= captured : frames.length === captured;
  if (!isCounted) yield `${frames.length} frames are in the files, but the counter is ${captured}`;
  for (const own of series) {
    if (own.slice(1).some((file) => file.frames.length === 0)) yield 'a file that is not the first is empty';
  }
  if (isFlight && files.some((file) => file.frames.length === 0)) yield 'a file of a window is empty';
}

function* limits({ plan, files, captured, reason, isRing }: Seen): Complaints {
  const stored = files.reduce((sum, { storedLength }) => sum + storedLength, 0);
  const length = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const overhead = plan.series * MAX_EMPTY_LENGTH;
  if (files.length > Math.min(plan.ring, plan.stopFiles)) yield `${files.length} files`;
  if (length > Math.max(plan.stopSize, overhead)) yield `${length} bytes were written`;
  if (stored > Math.max(plan.quota, overhead)) yield `${stored} bytes are on the disk`;
  if (captured > plan.count) yield `${captured} frames were captured`;
  if (plan.series > 1 || isRing) return;
  const isTrue =
    (reason !== '-c' || captured === plan.count) &&
    (reason !== '--stop-size' || length + MAX_STEP > plan.stopSize) &&
    ((reason !== '--stop-files' && reason !== '-W') || files.length === plan.stopFiles) &&
    (reason !== '--quota' || plan.isPacked || stored + MAX_STEP > plan.quota);
  if (!isTrue) yield `limit ${reason} was not reached: ${captured} frames, ${length} bytes in ${files.length} files`;
}

function* borders({ plan, files }: Seen): Complaints {
  for (const { name, frames, bytes } of files) {
    if (bytes.length > plan.rotateSize && frames.length > 1) yield `${name} has ${bytes.length} bytes`;
    if (frames.length > plan.rotateFrames) yield `${name} has ${frames.length} frames`;
    const [first = 0, last = 0] = [frames[0]?.seconds, frames.at(-1)?.seconds];
    if (last >= startOf(plan, first) + plan.rotateSeconds) yield `${name} has frames from ${first} to ${last}`;
  }
}

/** Returns the start of the period of a file whose first frame has the time `second`. */
function startOf({ isAligned, rotateSeconds }: CapturePlan, second: number): number {
  return isAligned ? second - (second % rotateSeconds) : second;
}

/** Each file is filled up to its limits, so the frames alone determine where the next one begins. */
function* classicFiles({ plan, series, isFlight }: Seen): Complaints {
  if (isFlight || (plan.isPcapng && plan.rotateSize < Number.POSITIVE_INFINITY)) return;
  for (const files of series) {
    const found = files.map(({ frames }) => frames.length).filter((count) => count > 0);
    const expected: number[] = [];
    let [length, frames, start] = [Number.POSITIVE_INFINITY, 0, 0];
    for (const { capturedLength, seconds } of files.flatMap((file) => file.frames)) {
      const record = PCAP_RECORD + capturedLength;
      const isOver = frames === plan.rotateFrames || seconds >= start + plan.rotateSeconds;
      if (expected.length === 0 || length + record > plan.rotateSize || isOver) {
        [length, frames, start] = [PCAP_HEADER, 0, startOf(plan, seconds)];
        expected.push(0);
      }
      length += record;
      frames += 1;
      expected[expected.length - 1] = frames;
    }
    if (String(found) !== String(expected)) yield `files of ${found} frames, not ${expected}`;
  }
}

/** A file is named after the time of its first frame, except the first file, which exists before any frame. */
function* names({ plan, series, isFlight }: Seen): Complaints {
  if (plan.draw.stem !== '%s' || isFlight) return;
  for (const { name, frames } of series.flatMap((files) => files.slice(1))) {
    const start = startOf(plan, frames[0]?.seconds ?? 0);
    if (!name.startsWith(String(start))) yield `${name} begins at ${start}`;
  }
}

/** Only frames that were dropped, or arrived after the end, are missing. */
function* completeness({ plan, due, frames, captured, dropped, reason, isFlight, standardError }: Seen): Complaints {
  if (isFlight) return;
  // With a filter in user space, dropped frames include frames that do not match.
  const isFiltered = dropped === 0 || !standardError.includes('accepted by filter');
  const isAll = reason === undefined && plan.draw.end === 'quiet';
  if (isAll && isFiltered && captured + dropped !== due.length) {
    yield `${captured} captured and ${dropped} dropped of ${due.length}`;
  }
  // With several interfaces, the order of sending and the order of time may differ at the end.
  if (plan.series > 1 || dropped > 0 || plan.draw.interfaces.length > 1) return;
  const expected = new Set(due.slice(captured - frames.length, captured));
  if (frames.some(({ sent }) => !expected.has(sent))) yield 'frames are missing in between';
}

/** A flight recorder writes all of its windows, and no other frames. */
function* windows({ plan, due, frames, reason, dropped, isRing, standardError }: Seen): Complaints {
  const { trigger, end } = plan.draw;
  if (trigger === undefined) return;
  const isPastInBytes = trigger.before.endsWith('MiB'); // usually more than the whole flow
  const before = isPastInBytes ? Number.POSITIVE_INFINITY : Number(trigger.before) * 1000;
  const after = Number(trigger.after) * 1000;
  const triggers = due.filter(({ isTrigger }) => isTrigger).slice(0, trigger.most);
  const isWanted = (frame: SentFrame, tolerance: number): boolean =>
    triggers.some(({ from, to }) => frame.to >= from - before - tolerance && frame.from <= to + after + tolerance) ||
    triggers.includes(frame);
  const strange = frames.find(({ sent }) => !isWanted(sent, STAMP_TOLERANCE));
  if (strange !== undefined) yield `frame ${strange.sent.number} belongs to no window`;
  const isOver = reason === '--max-triggers' || (reason === undefined && end === 'quiet');
  if (!isOver || isRing || isPastInBytes || dropped > 0) return;
  const written = new Set(frames.map(({ sent }) => sent));
  const missing = due.filter((frame) => isWanted(frame, -STAMP_TOLERANCE) && !written.has(frame));
  if (missing.length > 0) yield `${missing.length} frames of windows are missing, the first is ${missing[0]?.number}`;
  const printed = [...standardError.matchAll(/^(\d+) triggers, /gm)].at(-1)?.[1];
  if (printed !== String(triggers.length)) yield `${printed} triggers of ${triggers.length}`;
}

/** A PCAPNG file of one interface ends with its counters. */
function* counters({ plan, files, captured, dropped, isFlight }: Seen): Complaints {
  const last = files.at(-1);
  if (!plan.isPcapng || plan.series > 1 || plan.draw.interfaces.length > 1 || last === undefined) return;
  const blocks = statisticsBlocks(last.bytes);
  const [delivered, lost] = [Number(blocks[0]?.[8]), Number(blocks[0]?.[7])]; // isb_usrdeliv, isb_osdrop
  if (blocks.length !== 1 || delivered !== captured) yield `isb_usrdeliv is ${delivered} of ${captured}`;
  if (lost !== dropped && !isFlight) yield `isb_osdrop is ${lost} of ${dropped}`;
}
