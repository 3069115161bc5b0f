/** Times of a capture on the command line. @module */
import { StackError } from '../base/errors.ts';
import type { CaptureTime, TimeBound } from '../session/index.ts';

const NANOSECONDS = 1e9;
const FORMS =
  'a date and time (2026-01-31T12:00:00.5, local time unless it ends in Z or +01:00), a time of the day of the first frame ' +
  '(12:00), seconds since 1970, or seconds after the first frame (+90)';

/** Describes the forms that `timeOption` accepts, for `--help`. */
export const TIME_FORMS =
  '2026-01-31T12:00, 12:00 on the first day, @SECONDS since 1970, or +SECONDS after the first frame';

const SECONDS_FORM = /^([@+]?)(\d{1,12})(?:\.(\d{1,9}))?$/;
const DATE_FORM = /^(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$/i;
const DAY_FORM = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads the time of an option. Undefined when the option was not given.
 * @throws StackError `USAGE`
 */
export function timeOption(name: string, text: string | undefined): TimeBound | undefined {
  if (text === undefined) return undefined;
  const bound = readSeconds(text) ?? readDate(DAY_FORM.test(text) ? `${text}T00:00` : text);
  if (bound !== undefined) return bound;
  throw new StackError('USAGE', `${name} takes ${FORMS}, not ${JSON.stringify(text)}`);
}

function readSeconds(text: string): TimeBound | undefined {
  const [, mark, digits, fraction = ''] = SECONDS_FORM.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const seconds = Number(digits);
  const nanoseconds = nanosecondsOf(fraction);
  if (mark !== '+') return () => ({ seconds, nanoseconds });
  return (first) => {
    const sum = first.nanoseconds + nanoseconds;
    const carry = sum >= NANOSECONDS ? 1 : 0;
    return { seconds: first.seconds + seconds + carry, nanoseconds: sum - carry * NANOSECONDS };
  };
}

function readDate(text: string): TimeBound | undefined {
  const [whole, day, hour, minute, second = '00', fraction = '', zone = ''] = DATE_FORM.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const clock = `${hour}:${minute}:${second}${zone.toUpperCase()}`;
  const nanoseconds = nanosecondsOf(fraction);
  if (day === undefined) {
    if (Number.isNaN(Date.parse(`2000-01-01T${clock}`))) return undefined;
    return (first) => ({ seconds: secondsOf(`${dayOf(first, zone)}T${clock}`), nanoseconds });
  }
  const seconds = secondsOf(`${day}T${clock}`);
  return Number.isNaN(seconds) ? undefined : () => ({ seconds, nanoseconds });
}

/** Returns the date of a frame in a time zone, local time by default. */
function dayOf({ seconds }: CaptureTime, zone: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  const local = -new Date(seconds * 1000).getTimezoneOffset();
  const named = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  const date = new Date((seconds + (zone === '' ? local : named) * 60) * 1000);
  return Number.isNaN(date.getTime()) ? '1970-01-01' : date.toISOString().slice(0, 10);
}

function secondsOf(date: string): number {
  return Date.parse(date) / 1000;
}

function nanosecondsOf(fraction: string): number {
  return Number(fraction.padEnd(9, '0'));
}
