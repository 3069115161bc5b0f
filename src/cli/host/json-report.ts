/** Reports of repeated views as JSON. @module */
import { jsonText } from '../../base/text.ts';
import type { CommandContext } from '../context.ts';

/**
 * Formats one report as a document, or each report of a series as a line with its time.
 * @param interval undefined: there is one report
 */
export function jsonReport(
  data: object,
  interval: number | undefined,
  { clock }: Pick<CommandContext, 'clock'>,
): string {
  const text = interval === undefined ? jsonText(data, 2) : jsonText({ time: clock.wallTime() / 1_000, ...data });
  return `${text}\n`;
}
