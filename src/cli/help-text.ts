/** Shortens the help of yargs: leaves out types and defaults that say nothing. @module */

/** Words of yargs, and what is printed instead. */
export const KIND_WORDS = {
  string: 'value',
  array: 'value, repeatable',
  'Show help': 'print this help',
  'Show version number': 'print the version',
};

const IDLE_REMARK = / *(?:\[(?:boolean|count)\]|\[default: (?:false|\[\])\])/g;
const WORDS_IN_PLACES = /^Positionals:\n(?:.+\n)*/m;

/** @param text the help of yargs */
export function helpText(text: string): string {
  const lines = text.replace(WORDS_IN_PLACES, (part) => part.replace(/ *\[value\]/g, '')).split('\n');
  const tidy = lines.flatMap((line) => {
    const kept = line.replace(IDLE_REMARK, '').trimEnd();
    return kept === '' && line !== '' ? [] : [kept];
  });
  return `${tidy.join('\n')}\n`;
}
