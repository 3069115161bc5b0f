/** JSON for people and programs alike. @module */

/** Everything that a terminal might act on, and that JSON itself leaves as it is: C1 controls and directional marks. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Indented JSON with a line end; names from the network cannot send escape sequences. */
export function jsonText(value: unknown): string {
  const toEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value, null, 2).replace(UNSAFE, toEscape)}\n`;
}
