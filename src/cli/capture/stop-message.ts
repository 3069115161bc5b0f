/** Why a run stopped by itself, with the option that set the limit. @module */
import { defined } from '../../base/defined.ts';
import type { StopReason } from '../../session/index.ts';

/** Texts by reason. A reason without a text is not reported: a signal, the end of a file. */
export type StopTexts = Readonly<Partial<Record<StopReason, string>>>;

/** The options that limit a run, as yargs returns them. */
interface LimitWords {
  readonly c?: string | undefined;
  readonly duration?: string | undefined;
  readonly 'max-triggers'?: string | undefined;
  readonly 'stop-size': string | undefined;
  readonly 'stop-files': string | undefined;
  readonly W: string | undefined;
  readonly quota: string | undefined;
  readonly 'min-free': string | undefined;
}

export function parseStopTexts(words: LimitWords): StopTexts {
  const text = (what: string, option: string, value: string | undefined): string | undefined =>
    value === undefined ? undefined : `${what} limit reached (${option} ${value})`;
  return defined({
    limit: text('frame', '-c', words.c) ?? text('trigger', '--max-triggers', words['max-triggers']),
    duration: text('time', '--duration', words.duration),
    'byte-limit': text('size', '--stop-size', words['stop-size']),
    'file-limit': text('file', '--stop-files', words['stop-files']) ?? text('file', '-W', words.W),
    quota: text('size', '--quota', words.quota),
    'free-space':
      words['min-free'] === undefined
        ? 'free disk space limit reached (--min-free)'
        : `free disk space limit reached (--min-free ${words['min-free']})`,
  });
}

/** Returns a line, or nothing for a reason that is not reported. @param what the run that stopped */
export function formatStop(reason: StopReason, texts: StopTexts, what = 'capture'): string {
  const text = texts[reason];
  return text === undefined ? '' : `tapline: ${what} stopped: ${text}\n`;
}
