/** Text from outside made fit for a terminal. @module */

/**
 * Control characters (C0, DEL, C1: among them ESC and CSI), line and paragraph separators, and what turns the direction
 * of text around (Unicode UAX #9): with these, a name could rewrite the line it stands in, or the screen.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** `text` with `?` in the place of everything that would do something else than be seen. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}
