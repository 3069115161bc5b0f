import { describe, expect, test } from 'vitest';
import { type DeclaredOptions, spellOut, withoutMarks } from '../../src/cli/command-words.ts';

const DECLARED: DeclaredOptions = {
  key: { n: true, e: true, ipv4: true, c: true, i: true, fanout: true, 'time-stamp': true, count: true, file: true },
  alias: { n: [], ipv4: ['4'], c: ['count'], count: ['c'], i: ['interface'] },
  boolean: ['e', 'ipv4'],
  count: ['n'],
  array: ['i'],
  choices: { fanout: ['hash', 'cpu', 'rollover'] },
};

/** The words as yargs gets them, those that are no options in brackets. */
function spell(...words: string[]): string[] {
  return spellOut(words, DECLARED, ['file']).map((word) => {
    const plain = withoutMarks(word);
    return plain === word ? word : `[${plain}]`;
  });
}

describe('words as getopt(3) reads them', () => {
  test.each([
    ['-c 5', ['--c=5']],
    ['-c5', ['--c=5']],
    ['-c=5', ['--c=5']],
    ['--count 5', ['--c=5']],
    ['--count=5', ['--c=5']],
    ['-nec5', ['--n', '--e', '--c=5']],
    ['-nnn', ['--n', '--n', '--n']],
    ['-ieth0 -i -', ['--i=eth0', '--i=-']],
    ['-4n', ['--ipv4', '--n']],
    ['-n4', ['--n', '--ipv4']],
    ['-c -5', ['--c=-5']],
    ['-7 - x', ['[-7]', '[-]', '[x]']],
    ['-n -- -n --count', ['--n', '[-n]', '[--count]']],
  ])('%s', (line, expected) => {
    expect(spell(...line.split(' '))).toEqual(expected);
  });

  test('values are whole, whatever is in them', () => {
    expect(spell('--interface', 'eth0/96 a = b\nc', '-i=x=-y')).toEqual(['--i=eth0/96 a = b\nc', '--i=x=-y']);
    expect(spell('-1 = tcp[0]', '')).toEqual(['[-1 = tcp[0]]', '[]']);
  });
});

test('--count with a number, which limited the frames before it counted them', () => {
  const declared = { ...DECLARED, key: { ...DECLARED.key, count: true, packets: true }, alias: {}, boolean: ['count'] };
  const refused = '--count takes no number; use -c 5 or --packets 5 to limit the frames';
  for (const words of [['--count', '5'], ['--count=5'], ['-e', '--count', '5', 'tcp']]) {
    expect(() => spellOut(words, { ...declared, boolean: ['count', 'e'] }, [])).toThrow(refused);
  }
  expect(spellOut(['--count', 'tcp', '5'], declared, []).map(withoutMarks)).toEqual(['--count', 'tcp', '5']);
});

test.each([
  ['-c', '-c needs a value'],
  ['--count=', '--count needs a value'],
  ['-c -n', '-c needs a value, but "-n" follows; write -c=VALUE if that is the value'],
  ['--count --fanout cpu', '--count needs a value, but "--fanout" follows; write --count=VALUE if that is the value'],
  ['-c 5 -c', '-c needs a value'],
  ['-c 5 --count 6', '--count is given more than once'],
  ['--fanout steam', '--fanout takes hash, cpu or rollover, not "steam"'],
  ['-e=5', '-e takes no value, not "5"'],
  ['--cuont 5', 'there is no option --cuont; did you mean --count?'],
  ['--file x', 'there is no option --file; --help lists all'],
  ['--c 5', 'there is no option --c; --help lists all'],
  ['-n5', 'there is no option -5; --help lists all'],
  ['-nx', 'there is no option -x; --help lists all'],
  ['--toString', 'there is no option --toString; --help lists all'],
])('%s is refused', (line, message) => {
  expect(() => spell(...line.split(' '))).toThrow(expect.objectContaining({ code: 'USAGE', message }));
});
