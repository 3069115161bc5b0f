import { expect, test } from 'vitest';
import { helpText } from '../../src/cli/help-text.ts';

test('what every option says by default is left out, with the lines that held nothing else', () => {
  const text = [
    'tapline read <file>',
    '',
    'Positionals:',
    '  file  a file [value] [required]',
    '',
    'Options:',
    '  -e       more                                [boolean] [default: false]',
    '  -x       bytes                               [count]',
    '      --merge  one file of all',
    '                                               [boolean] [default: false]',
    '  -i       interface                           [value, repeatable] [default: []]',
    '  -c       how many                            [value]',
    '      --fanout  how                            [choices: "hash", "cpu"] [default: "hash"]',
  ].join('\n');
  expect(helpText(text).split('\n')).toEqual([
    'tapline read <file>',
    '',
    'Positionals:',
    '  file  a file [required]',
    '',
    'Options:',
    '  -e       more',
    '  -x       bytes',
    '      --merge  one file of all',
    '  -i       interface                           [value, repeatable]',
    '  -c       how many                            [value]',
    '      --fanout  how                            [choices: "hash", "cpu"] [default: "hash"]',
    '',
  ]);
});
