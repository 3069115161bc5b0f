/** Application protocols of text lines: the first line, or all of them with `-v`. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import type { Line, Printers } from '../printer.ts';

export const textProtocol: Printers<'text'> = { text: { text: linesText } };

/** `: HTTP: GET / HTTP/1.1`, after the length of the segment. */
function linesText({ protocol, lines, length }: LayerOf<'text'>, { options, verbosity }: Line): string {
  if (options.quiet === true) return '';
  const [first] = lines;
  if (first === undefined) return `: ${protocol}`;
  if (verbosity === 0) return `: ${protocol}: ${first}`;
  return `: ${protocol}, length: ${length}${lines.map((text) => `\n\t${text}`).join('')}`;
}
