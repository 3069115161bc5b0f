/** Prints the counters of a capture: on the terminal while it runs, on SIGUSR1, and at its end. @module */
import type { CaptureStatistics } from '../../base/frame.ts';
import { type RecordProgress, StatisticsHistory } from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import { Control } from '../text-output.ts';

/** Milliseconds between updates of the line. */
const INTERVAL = 250;
/** Minimum milliseconds between samples of the history; samples are taken when frames arrive, since each wake-up costs. */
const SECOND = 750;
/** Maximum milliseconds between samples, for drops and rejected frames when no frame arrives. */
const QUIET = 5000;

export class LiveCounter {
  readonly #context: CommandContext;
  readonly #statistics: () => CaptureStatistics;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #quietTimer: NodeJS.Timeout;
  readonly history = new StatisticsHistory();
  progress: RecordProgress = { frames: 0, bytes: 0 };
  #sampledAt: number;
  #drawn = false;

  /** @param draws draw a line while the capture runs, if standard error is a terminal */
  constructor(context: CommandContext, draws: boolean, statistics: () => CaptureStatistics) {
    this.#context = context;
    this.#statistics = statistics;
    if (draws && context.stderr.columns !== undefined) this.#timer = setInterval(() => this.#draw(), INTERVAL);
    this.#sampledAt = context.clock.now();
    this.#quietTimer = setInterval(() => this.#sampleAfter(SECOND), QUIET);
  }

  /** For `record`'s `onProgress`. */
  readonly update = (progress: RecordProgress): void => {
    this.progress = progress;
    this.#sampleAfter(SECOND);
  };

  /** Writes the final lines of tcpdump, and one more if the filter runs in user space. */
  writeCounters(): void {
    this.#erase();
    this.#context.stderr.write(formatCounters(this.progress.frames, this.#statistics()));
  }

  /** Stops drawing. */
  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#quietTimer);
    this.#sampleAfter(0);
    this.#erase();
  }

  /** Adds a sample to the history if the last one is at least `least` milliseconds old. */
  #sampleAfter(least: number): void {
    const { clock } = this.#context;
    const milliseconds = clock.now() - this.#sampledAt;
    if (milliseconds < least) return;
    this.#sampledAt += milliseconds;
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
 * Returns `5 packets captured`, `5 packets received by filter` and `0 packets dropped by kernel` like tcpdump, and
 * `9 packets accepted by filter` if a filter in user space rejected some.
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
