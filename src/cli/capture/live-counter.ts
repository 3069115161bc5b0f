/** A capture's counters: on the terminal while it runs, on SIGUSR1, and at its end. @module */
import type { CaptureStatistics } from '../../base/frame.ts';
import { type RecordProgress, StatisticsHistory } from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import { Control } from '../text-output.ts';

/** Milliseconds from one drawing of the line to the next. */
const INTERVAL = 250;
/** From one look for the history to the next, at least: taken when frames come, since each wake costs. */
const SECOND = 750;
/** At most: what a filter refuses, or the kernel drops, is seen also when no frame comes. */
const QUIET = 5000;

export class LiveCounter {
  readonly #context: CommandContext;
  readonly #statistics: () => CaptureStatistics;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #quietTimer: NodeJS.Timeout;
  readonly history = new StatisticsHistory();
  progress: RecordProgress = { frames: 0, bytes: 0 };
  #lookedAt: number;
  #drawn = false;

  /** @param draws whether a line is drawn while the capture runs; only on a terminal */
  constructor(context: CommandContext, draws: boolean, statistics: () => CaptureStatistics) {
    this.#context = context;
    this.#statistics = statistics;
    if (draws && context.stderr.columns !== undefined) this.#timer = setInterval(() => this.#draw(), INTERVAL);
    this.#lookedAt = context.clock.now();
    this.#quietTimer = setInterval(() => this.#lookAfter(SECOND), QUIET);
  }

  /** For `record`'s `onProgress`. */
  readonly update = (progress: RecordProgress): void => {
    this.progress = progress;
    this.#lookAfter(SECOND);
  };

  /** The lines that tcpdump ends with, and one more where the filter runs in user space. */
  writeCounters(): void {
    this.#erase();
    this.#context.stderr.write(formatCounters(this.progress.frames, this.#statistics()));
  }

  /** No line is drawn any more. */
  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#quietTimer);
    this.#lookAfter(0);
    this.#erase();
  }

  /** Takes a look for the history, unless the last one was less than so many milliseconds ago. */
  #lookAfter(least: number): void {
    const { clock } = this.#context;
    const milliseconds = clock.now() - this.#lookedAt;
    if (milliseconds < least) return;
    this.#lookedAt += milliseconds;
    this.history.add({ wallTime: clock.wallTime(), milliseconds }, this.progress.frames, this.#statistics());
  }

  #draw(): void {
    const { frames, bytes } = this.progress;
    const lost = this.history.latest?.dropped ?? 0;
    const text = formatProgress(frames, bytes, this.#statistics().dropped);
    const now = lost === 0 ? '' : `, ${lost.toLocaleString('en-US')} in the last second`;
    this.#context.stderr.write([Control.eraseLine, text, now]);
    this.#drawn = true;
  }

  #erase(): void {
    if (this.#drawn) this.#context.stderr.write([Control.eraseLine]);
    this.#drawn = false;
  }
}

/**
 * `5 packets captured`, `5 packets received by filter`, `0 packets dropped by kernel`: a line each, as tcpdump says it.
 * What a filter in user space refused or never saw comes out as `9 packets accepted by filter`, a line of its own.
 */
export function formatCounters(captured: number, statistics: CaptureStatistics): string {
  const { received, accepted, dropped } = statistics;
  const line = (count: number, what: string): string => `${count} packet${count === 1 ? '' : 's'} ${what}\n`;
  return (
    line(captured, 'captured') +
    line(received, 'received by filter') +
    (accepted === received ? '' : line(accepted, 'accepted by filter')) +
    line(dropped, 'dropped by kernel')
  );
}

/** `12,345 packets, 1.2 MB, 0 dropped` */
export function formatProgress(frames: number, bytes: number, dropped: number): string {
  return `${frames.toLocaleString('en-US')} packets, ${formatBytes(bytes)}, ${dropped.toLocaleString('en-US')} dropped`;
}

function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
