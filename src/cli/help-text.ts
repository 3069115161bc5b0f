/** What `--help` prints: yargs' text without what it says of every option, that most say nothing by default. @module */

/** Kinds of options as yargs calls them, and as we do. */
export const KIND_WORDS = {
  string: 'value',
  array: 'value, repeatable',
  'Show help': 'this text',
  'Show version number': 'the version',
};

const IDLE_REMARK = / *(?:\[(?:boolean|count)\]|\[default: (?:false|\[\])\])/g;
const WORDS_IN_PLACES = /^Positionals:\n(?:.+\n)*/m;

/** @param text what yargs would print */
export function helpText(text: string): string {
  const lines = text.replace(WORDS_IN_PLACES, (part) => part.replace(/ *\[value\]/g, '')).split('\n');
  const tidy = lines.flatMap((line) => {
    const kept = line.replace(IDLE_REMARK, '').trimEnd();
    return kept === '' && line !== '' ? [] : [kept];
  });
  return `${tidy.join('\n')}\n`;
}
