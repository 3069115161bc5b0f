/** Command lines of tcpservices. @module */
import { describe, expect, test } from 'vitest';
import type { ArgumentsCamelCase } from 'yargs';
import { tcpservicesCommand } from '../../../src/cli/commands/tcpservices.ts';
import { createContext } from '../../../src/cli/context.ts';
import { parseTcpServices, type TcpServicesWords } from '../../../src/cli/host/tcp-services-options.ts';
import { tcpServicesWords } from '../../support/command-words.ts';

const parse = (...words: string[]) => parseTcpServices(tcpServicesWords(...words));

describe('tcpservices', () => {
  test('becomes plain data', () => {
    expect(parse()).toEqual({
      form: 'text',
      families: [4, 6],
      baseline: undefined,
      newBaseline: undefined,
      namespace: undefined,
    });
    expect(parse('-6', '--wide', '--netns', 'web')).toMatchObject({ form: 'wide', families: [6], namespace: 'web' });
    expect(parse('--json', '--baseline', 'a', '--write-baseline', 'b')).toMatchObject({
      form: 'json',
      baseline: 'a',
      newBaseline: 'b',
    });
  });

  test.each([
    [['-4', '-6'], '--ipv4 and --ipv6 exclude each other'],
    [['--wide', '--json'], '--wide and --json exclude each other'],
    [['--wide', '--baseline', 'a'], '--wide and --baseline exclude each other'],
  ])('%j is refused', (words, message) => {
    expect(() => parse(...words)).toThrow(message);
  });

  test('names a baseline that cannot be read', async () => {
    const words = tcpServicesWords('--baseline', '/nonexistent/b.json') as ArgumentsCamelCase<TcpServicesWords>;
    await expect(Promise.resolve(tcpservicesCommand(createContext()).handler(words))).rejects.toThrow(
      'cannot read /nonexistent/b.json: no such file or directory',
    );
  });
});
