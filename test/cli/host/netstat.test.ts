/** Command lines of netstat and diagnostic: menus, the choice of an entry, messages. */
import { describe, expect, test } from 'vitest';
import type { ArgumentsCamelCase } from 'yargs';
import { diagnosticCommand } from '../../../src/cli/commands/diagnostic.ts';
import { netstatCommand } from '../../../src/cli/commands/netstat.ts';
import { createContext } from '../../../src/cli/context.ts';
import type { Output } from '../../../src/cli/text-output.ts';
import { diagnosticWords, netstatWords } from '../../support/command-words.ts';

/** Runs a command with its output collected. */
async function outputOf(run: (context: ReturnType<typeof createContext>) => unknown): Promise<string> {
  const written: Output[] = [];
  const context = createContext();
  const write = (text: Output): void => void written.push(text);
  await run({ ...context, stdout: { ...context.stdout, isTerminal: false, columns: undefined, closed: false, write } });
  return written.join('');
}

/** What yargs adds is not used. */
function given<Words>(words: Words): ArgumentsCamelCase<Words> {
  return words as ArgumentsCamelCase<Words>;
}

const netstat = (...words: string[]): Promise<string> =>
  outputOf((context) => netstatCommand(context).handler(given(netstatWords(...words))));
const diagnostic = (...words: string[]): Promise<string> =>
  outputOf((context) => diagnosticCommand(context).handler(given(diagnosticWords(...words))));

describe('menus', () => {
  test('netstat has the lines of the reference', async () => {
    expect(await netstat()).toBe(
      'Choose the information you want to display:\n\n' +
        '1. List of active sockets.\n' +
        '2. State of network interfaces.\n' +
        '3. Contents of routing tables.\n' +
        '4. Size of the listen queues.\n' +
        '5. Packet traffic information.\n\n' +
        'usage: tapline netstat NUMBER|NAME [OPTION]...; tapline netstat --help lists the options\n',
    );
  });

  test('diagnostic has the lines of the reference', async () => {
    expect(await diagnostic()).toMatch(
      /^Choose the operation you want to perform:\n\n- NETWORK - Network Utilities\.\n\nusage: /,
    );
    expect(await diagnostic('NETWORK')).toContain(
      '- FLUSH - Flush all network related caches.\n- ARPSHOW - Show system ARP cache.\n- NDPSHOW - Show system NDP cache.\n',
    );
  });
});

describe('a view by number, name or flag', () => {
  test.each([[['2']], [['interfaces']], [['INTERFACES']], [['-i']], [['-i', '2']]])('%j', async (words) => {
    const text = await netstat(...words, '--csv');
    expect(text).toMatch(/^name,index,state,/);
    expect(text).toContain('\nlo,1,');
  });

  test.each([[['3']], [['routes']], [['-r']]])('%j', async (words) => {
    expect(await netstat(...words, '--csv')).toMatch(/^destination,type,gateway,/);
  });
});

describe('messages', () => {
  test.each([
    ['7', 'netstat has no view "7"'],
    ['interfaecs', 'netstat has no view "interfaecs"; did you mean interfaces?'],
    ['-i -r', '-i and -r exclude each other'],
    ['-i routes', '-i and the view routes exclude each other'],
    ['2 eth0', 'the view interfaces takes no arguments, not "eth0"'],
    ['2 --json --csv', '--json and --csv exclude each other'],
    ['2 --where --json', '--where and --json exclude each other'],
    ['2 --watch 1 --csv', '--csv and --watch exclude each other'],
    ['3 --watch 0', '--watch takes a number from 0.1'],
    ['3 -4 -6', '--ipv4 and --ipv6 exclude each other'],
    ['3 --table nosuch', '--table takes all, a number or a name of /etc/iproute2/rt_tables, not "nosuch"'],
    ['3 --table 4294967296', '--table takes all'],
    ['5 -w 0', '-w takes a number of at least 0.01, not "0"'],
    ['5 -c 0', '-c takes a whole number of at least 1, not "0"'],
    ['5 --each --json', '--json and --each exclude each other'],
    ['route-to', 'route-to takes one address; usage: tapline netstat route-to ADDRESS'],
    ['route-to 10.1.1.1 10.1.1.2', 'route-to takes one address'],
    ['route-to example.com', 'route-to takes an IPv4 or IPv6 address, not "example.com"'],
    ['2 -I nosuch0', 'there is no interface "nosuch0"; `tapline interfaces` lists them'],
    ['route-to 127.0.0.1 -I nosuch0', 'there is no interface "nosuch0"'],
  ])('netstat %s', async (line, message) => {
    await expect(netstat(...line.split(' '))).rejects.toThrow(message);
  });

  test.each([
    ['disk', 'diagnostic has no section "disk"; known: network'],
    ['network arpsow', 'diagnostic has no operation "arpsow"; did you mean arpshow?'],
    ['network flush now', 'flush takes no arguments, not "now"'],
    ['network arpshow 10.1.1.1', 'arpshow takes no arguments, not "10.1.1.1"'],
    ['network arpshow --watch --csv', '--watch and --csv exclude each other'],
    ['network ndpshow --watch -c 0', '-c takes a whole number of at least 1, not "0"'],
  ])('diagnostic %s', async (line, message) => {
    await expect(diagnostic(...line.split(' '))).rejects.toThrow(message);
  });
});
