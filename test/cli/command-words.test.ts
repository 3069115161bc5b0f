import { describe, expect, test } from 'vitest';
import { readWords } from '../../src/cli/command-words.ts';
import { declarationsOf } from '../../src/cli/declarations.ts';
import { optionGroup } from '../../src/cli/option-group.ts';

const { flag, value, values, count } = optionGroup('Options:');

const DECLARED = declarationsOf({
  command: 'test [file..]',
  builder: (command) =>
    command
      .positional('file', { type: 'string', array: true, default: [] as string[] })
      .option('n', count('numbers'))
      .option('e', flag('a flag'))
      .option('ipv4', flag('a flag', { alias: '4' }))
      .option('c', value('a value', { alias: 'count' }))
      .option('i', values('several values', { alias: 'interface' }))
      .option('fanout', { choices: ['hash', 'cpu', 'rollover'], default: 'hash' })
      .option('time-stamp', value('a value')),
  handler: () => {},
});

/** The words without an option are `{}`. */
function read(...words: string[]): Record<string, unknown> {
  const nothing = readWords([], DECLARED, 'test [file..]');
  const given = Object.entries(readWords(words, DECLARED, 'test [file..]'));
  return Object.fromEntries(given.filter(([name, value]) => value !== nothing[name]));
}

describe('words as getopt(3) reads them', () => {
  test.each([
    ['-c 5', { c: '5' }],
    ['-c5', { c: '5' }],
    ['-c=5', { c: '5' }],
    ['--count 5', { c: '5' }],
    ['--count=5', { c: '5' }],
    ['-nec5', { n: 1, e: true, c: '5' }],
    ['-nnn -n', { n: 4 }],
    ['-ee', { e: true }],
    ['-ieth0 -i -', { i: ['eth0', '-'] }],
    ['-4n', { ipv4: true, n: 1 }],
    ['-n4', { n: 1, ipv4: true }],
    ['-c -5', { c: '-5' }],
    ['-7 - x', { file: ['-7', '-', 'x'] }],
    ['-n -- -n --count', { n: 1, file: ['-n', '--count'] }],
    ['x -e y', { e: true, file: ['x', 'y'] }],
    ['--fanout cpu', { fanout: 'cpu' }],
    ['-Vh', { version: true, help: true }],
  ])('%s', (line, expected) => {
    expect(read(...line.split(' '))).toEqual(expected);
  });

  test('without words there are the defaults', () => {
    expect(readWords([], DECLARED, '')).toEqual({ n: 0, e: false, ipv4: false, i: [], fanout: 'hash', file: [] });
  });

  test('help and version are answered whatever is missing', () => {
    const declared = declarationsOf({
      command: 'x <one>',
      builder: (command) => command.option('i', { type: 'string', demandOption: true }),
      handler: () => {},
    });
    expect(readWords(['-V'], declared, '')).toEqual({ version: true });
    expect(readWords(['-hV', 'a', 'b'], declared, '')).toEqual({ help: true, version: true });
    expect(() => readWords(['a'], declared, '')).toThrow('no interface given');
  });

  test('places take the words in their order', () => {
    const declared = declarationsOf({ command: 'x <one> [two] [more..]', handler: () => {} });
    expect(readWords(['a'], declared, '')).toEqual({ one: 'a' });
    expect(readWords(['a', 'b', 'c', 'd'], declared, '')).toEqual({ one: 'a', two: 'b', more: ['c', 'd'] });
    const closed = declarationsOf({ command: 'x <one>', handler: () => {} });
    const message = 'too many arguments: b, c; usage: x <one>';
    expect(() => readWords(['a', 'b', 'c'], closed, 'x <one>')).toThrow(
      expect.objectContaining({ code: 'USAGE', message }),
    );
    expect(() => readWords([], closed, 'x <one>')).toThrow('too few arguments; usage: x <one>');
  });

  test('values are whole, whatever is in them', () => {
    expect(read('--interface', 'eth0/96 a = b\nc', '-i=x=-y')).toEqual({ i: ['eth0/96 a = b\nc', 'x=-y'] });
    expect(read('-1 = tcp[0]', '')).toEqual({ file: ['-1 = tcp[0]', ''] });
  });
});

test('--count with a number, which limited the frames before it counted them', () => {
  const counting = declarationsOf({
    command: 'test [file..]',
    builder: (command) =>
      command
        .option('e', flag('a flag'))
        .option('count', flag('a flag'))
        .option('c', value('a value', { alias: 'packets' })),
    handler: () => {},
  });
  const refused = '--count takes no number; use -c 5 or --packets 5 to limit the frames';
  for (const words of [['--count', '5'], ['--count=5'], ['-e', '--count', '5', 'tcp']]) {
    expect(() => readWords(words, counting, '')).toThrow(refused);
  }
  expect(readWords(['--count', 'tcp', '5'], counting, '')).toMatchObject({ count: true, file: ['tcp', '5'] });
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
  expect(() => read(...line.split(' '))).toThrow(expect.objectContaining({ code: 'USAGE', message }));
});
