/** What must hold of what a capture leaves behind and says, whatever its options (docs/files.md, docs/capture.md). @module */
import type { CapturePlan } from './capture-draws.ts';
import type { FoundFile, FoundFrame } from './found-files.ts';
import type { SentFrame } from './numbered-flow.ts';
import { statisticsBlocks } from './pcapng-blocks.ts';

export interface CaptureRun {
  readonly plan: CapturePlan;
  readonly series: readonly (readonly FoundFile[])[];
  /** All of the flow. */
  readonly sent: readonly SentFrame[];
  readonly status: number;
  readonly standardError: string;
  readonly endedByItself: boolean;
  /** Milliseconds since 1970: a capture that was killed has shown every frame that was delivered until then. */
  readonly shownUntil: number;
}

/** A run, and what is seen of it at once. */
interface Seen extends CaptureRun {
  readonly files: readonly FoundFile[];
  readonly frames: readonly FoundFrame[];
  /** Of what was sent, what came to its interfaces. */
  readonly due: readonly SentFrame[];
  readonly captured: number;
  readonly dropped: number;
  /** The options that are said to have ended it. */
  readonly reason: string | undefined;
  readonly isRing: boolean;
  readonly isFlight: boolean;
}

type Complaints = Generator<string, void, undefined>;

const PCAP_HEADER = 24;
const PCAP_RECORD = 16;
/** What the first file of a series has in any case: its header, descriptions of interfaces, counters. */
const LEAST_LENGTH = 400;
/** A frame that did not fit, with all that may stand around it in PCAPNG. */
const LARGEST_STEP = 1514 + 8192 + LEAST_LENGTH;
/** As `LabProcess` has it, by a signal. */
const KILLED = -2;
/** Milliseconds between the kernel's clock and ours. */
const STAMP_TOLERANCE = 40;

/** Everything that is wrong with a run. */
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
  // It had ended, and said so, just before the signal came: that is nobody's any more.
  const isCrossed = status === KILLED && !Number.isNaN(dropped) && reason !== undefined;
  if (status !== 0 && !isCrossed) yield `status ${status}`;
  if (/\n {4}at |Error\b/.test(standardError)) yield 'a stack trace';
  if (endedByItself && reason === undefined) yield 'it ended by itself and does not say why';
  if (standardError.includes('too late for their place')) yield 'late frames';
}

function* order({ plan, series, frames }: Seen): Complaints {
  if (new Set(frames.map(({ sent }) => sent)).size < frames.length) yield 'a frame is there twice';
  for (const files of series) {
    let before: FoundFrame | undefined;
    for (const frame of files.flatMap((file) => file.frames)) {
      if (before !== undefined && before.time > frame.time) yield `time runs back at ${frame.sent.number}`;
      if (before !== undefined && plan.draw.interfaces.length === 1 && before.sent.number > frame.sent.number) {
        yield `${frame.sent.number} stands behind ${before.sent.number}`;
      }
      before = frame;
    }
  }
}

/** Of a capture that was killed. */
function* shown({ plan, due, frames, shownUntil, isFlight, isRing }: Seen): Complaints {
  const isLimited = Math.min(plan.count, plan.stopFiles, plan.stopSize, plan.quota) < Number.POSITIVE_INFINITY;
  if (isFlight || isRing || isLimited) return;
  const found = new Set(frames.map(({ sent }) => sent));
  const missing = due.filter((frame) => frame.to < shownUntil && !found.has(frame));
  if (missing.length > 0) yield `${missing.length} frames are not shown, as ${missing[0]?.number}`;
}

function* counts({ files, frames, captured, isRing, isFlight, series }: Seen): Complaints {
  const isCounted = isRing ? frames.length <= captured : frames.length === captured;
  if (!isCounted) yield `${frames.length} frames are in the files, ${captured} are said to be captured`;
  for (const own of series) {
    if (own.slice(1).some((file) => file.frames.length === 0)) yield 'a file that is not the first is empty';
  }
  if (isFlight && files.some((file) => file.frames.length === 0)) yield 'a file of a window is empty';
}

function* limits({ plan, files, captured, reason, isRing }: Seen): Complaints {
  const stored = files.reduce((sum, { storedLength }) => sum + storedLength, 0);
  const length = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const least = plan.series * LEAST_LENGTH;
  if (files.length > Math.min(plan.ring, plan.stopFiles)) yield `${files.length} files`;
  if (length > Math.max(plan.stopSize, least)) yield `${length} bytes were written`;
  if (stored > Math.max(plan.quota, least)) yield `${stored} bytes are on the disk`;
  if (captured > plan.count) yield `${captured} frames were captured`;
  if (plan.series > 1 || isRing) return;
  const isTrue =
    (reason !== '-c' || captured === plan.count) &&
    (reason !== '--stop-size' || length + LARGEST_STEP > plan.stopSize) &&
    ((reason !== '--stop-files' && reason !== '-W') || files.length === plan.stopFiles) &&
    (reason !== '--quota' || plan.isPacked || stored + LARGEST_STEP > plan.quota);
  if (!isTrue) yield `it did not end by ${reason}: ${captured} frames, ${length} bytes in ${files.length} files`;
}

function* borders({ plan, files }: Seen): Complaints {
  for (const { name, frames, bytes } of files) {
    if (bytes.length > plan.rotateSize && frames.length > 1) yield `${name} has ${bytes.length} bytes`;
    if (frames.length > plan.rotateFrames) yield `${name} has ${frames.length} frames`;
    const [first = 0, last = 0] = [frames[0]?.seconds, frames.at(-1)?.seconds];
    if (last >= startOf(plan, first) + plan.rotateSeconds) yield `${name} has frames from ${first} to ${last}`;
  }
}

/** When a file begins whose first frame is of that second. */
function startOf({ isAligned, rotateSeconds }: CapturePlan, second: number): number {
  return isAligned ? second - (second % rotateSeconds) : second;
}

/** Each file goes on as long as it may: where the next one begins follows from the frames alone. */
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

/** A file but the first, which is there before any frame, is named after its first frame's time. */
function* names({ plan, series, isFlight }: Seen): Complaints {
  if (plan.draw.stem !== '%s' || isFlight) return;
  for (const { name, frames } of series.flatMap((files) => files.slice(1))) {
    const start = startOf(plan, frames[0]?.seconds ?? 0);
    if (!name.startsWith(String(start))) yield `${name} begins at ${start}`;
  }
}

/** Nothing is missing but what was dropped, or what came behind the end. */
function* completeness({ plan, due, frames, captured, dropped, reason, isFlight, standardError }: Seen): Complaints {
  if (isFlight) return;
  // A filter in user space has not judged what was dropped: it may be anything.
  const isJudged = dropped === 0 || !standardError.includes('accepted by filter');
  const isAll = reason === undefined && plan.draw.end === 'quiet';
  if (isAll && isJudged && captured + dropped !== due.length) {
    yield `${captured} captured and ${dropped} dropped of ${due.length}`;
  }
  // Of several interfaces the order of sending and that of time may differ at the end.
  if (plan.series > 1 || dropped > 0 || plan.draw.interfaces.length > 1) return;
  const expected = new Set(due.slice(captured - frames.length, captured));
  if (frames.some(({ sent }) => !expected.has(sent))) yield 'frames are missing in between';
}

/** What a flight recorder writes: all of its windows, and nothing else. */
function* windows({ plan, due, frames, reason, dropped, isRing, standardError }: Seen): Complaints {
  const { trigger, end } = plan.draw;
  if (trigger === undefined) return;
  const isPastInBytes = trigger.before.endsWith('MiB'); // more than a flow has within a window, mostly
  const before = isPastInBytes ? Number.POSITIVE_INFINITY : Number(trigger.before) * 1000;
  const after = Number(trigger.after) * 1000;
  const triggers = due.filter(({ isTrigger }) => isTrigger).slice(0, trigger.most);
  const isWanted = (frame: SentFrame, tolerance: number): boolean =>
    triggers.some(({ from, to }) => frame.to >= from - before - tolerance && frame.from <= to + after + tolerance) ||
    triggers.includes(frame);
  const strange = frames.find(({ sent }) => !isWanted(sent, STAMP_TOLERANCE));
  if (strange !== undefined) yield `${strange.sent.number} is of no window`;
  const isOver = reason === '--max-triggers' || (reason === undefined && end === 'quiet');
  if (!isOver || isRing || isPastInBytes || dropped > 0) return;
  const written = new Set(frames.map(({ sent }) => sent));
  const missing = due.filter((frame) => isWanted(frame, -STAMP_TOLERANCE) && !written.has(frame));
  if (missing.length > 0) yield `${missing.length} frames of windows are missing, as ${missing[0]?.number}`;
  const said = [...standardError.matchAll(/^(\d+) triggers, /gm)].at(-1)?.[1];
  if (said !== String(triggers.length)) yield `${said} triggers of ${triggers.length}`;
}

/** A PCAPNG file of one interface ends with what was counted until then. */
function* counters({ plan, files, captured, dropped, isFlight }: Seen): Complaints {
  const last = files.at(-1);
  if (!plan.isPcapng || plan.series > 1 || plan.draw.interfaces.length > 1 || last === undefined) return;
  const blocks = statisticsBlocks(last.bytes);
  const [delivered, lost] = [Number(blocks[0]?.[8]), Number(blocks[0]?.[7])]; // isb_usrdeliv, isb_osdrop
  if (blocks.length !== 1 || delivered !== captured) yield `isb_usrdeliv is ${delivered} of ${captured}`;
  if (lost !== dropped && !isFlight) yield `isb_osdrop is ${lost} of ${dropped}`;
}
