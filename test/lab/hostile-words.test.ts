/** Words of the command line, filters, hosts and paths that attack a terminal: see test/support/hostile-lab.ts. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { HostileLab, NAME, TEXT } from '../support/hostile-lab.ts';

let hostile: HostileLab;
beforeAll(async () => {
  hostile = await HostileLab.create();
});
afterAll(() => hostile[Symbol.asyncDispose]());

/** Each command with what it needs. */
const COMMANDS = [
  'capture -i eth0',
  'read FILE',
  'replay -i eth0 FILE',
  'filter ip',
  'interfaces',
  'etherconfig',
  'ping 10.1.1.2',
  'traceroute 10.1.1.2',
  'mtr 10.1.1.2',
  'sweep 10.1.1.2',
  'smtpping 10.1.1.2',
  'demo',
];
/** Those that take no further words. */
const CLOSED = ['interfaces', 'traceroute', 'mtr', 'demo'];

describe('words of the command line', () => {
  test('in the place of a command', async () => {
    await hostile.checkAll([[TEXT], [`-${TEXT}`], [`--${TEXT}`], [`capture${TEXT}`]]);
  });

  test.each(COMMANDS)('unknown options and too many words: %s', async (text) => {
    const words = text.split(' ');
    const [command = ''] = words;
    await hostile.checkAll([
      [...words, `--${TEXT}`],
      [...words, `--${TEXT}=${TEXT}`],
    ]);
    await hostile.check([...words, '-\u009b2J'], /no option -M-\^\[/);
    await hostile.check([command, TEXT, '--help', `--${TEXT}`], /Options:/);
    if (CLOSED.includes(command)) await hostile.check([...words, TEXT]);
  });

  test.each([
    ['capture -i eth0', '-c -s -B --duration --engine --threads --fanout'],
    ['capture -i eth0 -w OUT', '-C -G -W --quota --min-free'],
    ['capture -i eth0 -w OUT --trigger ip', '--before --history'],
    ['read FILE', '-c --time-stamp-precision'],
    ['replay -i eth0 FILE', '-c --loop --rate --mbit --multiplier --edit-address'],
    ['filter ip', '-y -s --netmask'],
    ['ping 10.1.1.2', '-c -i -s -p -M -S --tos --transport --node-info'],
    ['traceroute 10.1.1.2', '-m -q -P -p --hide --flow-label'],
    ['mtr 10.1.1.2', '-c -P -i'],
    ['sweep 10.1.1.2', '-p -r --rate -x'],
    ['smtpping 10.1.1.2', '-p -c -i --helo --from --server --source --name-server --tls --timeout'],
  ])('values of options: %s', async (command, options) => {
    await hostile.checkAll(options.split(' ').map((option) => [...command.split(' '), `${option}=${TEXT}`]));
  });

  test('column letters', async () => {
    await hostile.check(['mtr', `-o=${TEXT}`, '10.1.1.2'], /M-\^\[2/); // J is a column
  });
});

describe('filters', () => {
  test.each([
    'filter',
    'filter --json',
    'read FILE',
    'replay -i eth0 FILE',
    'capture -i eth0',
    'capture -i eth0 -w OUT --trigger',
  ])('that are none: %s', async (command) => {
    const filters = [TEXT, `host ${TEXT}`, `tcp and ether host ${TEXT}`, `port "${TEXT}"`];
    await hostile.checkAll(filters.map((filter) => [...command.split(' '), filter]));
  });

  test('that are none, of one interface', () => hostile.check(['capture', '-i', `eth0 host ${TEXT}`]));

  test('from files that are not there, or hold no filter', async () => {
    await hostile.checkAll(
      [join(hostile.folder.path, TEXT, 'missing'), hostile.folder.file(`none ${TEXT}`)].flatMap((path) => [
        ['filter', '-F', path],
        ['filter', '--bpf', path],
        ['filter', '--trace', `${path}#1`, 'ip'],
        ['filter', '--trace', `${hostile.folder.file(`${TEXT}.pcap`)}#99999`, 'ip'],
        ['read', 'FILE', '-F', path],
      ]),
    );
  });

  test('of several lines, in every form', async () => {
    for (const form of ['-d', '-dd', '--json', '--explain', '--graph'])
      await hostile.check(['filter', form, 'tcp\r\n\tport 80'], /80|0x50/);
  });
});

describe('interfaces, hosts and files', () => {
  test('interfaces that do not exist', async () => {
    const missing = NAME.replace('e', 'n');
    await hostile.checkAll([
      ['capture', '-i', missing],
      ['capture', '-i', TEXT],
      ['capture', '-i', `${missing}/${TEXT}`],
      ['replay', '-i', missing, 'FILE'],
      ['ping', '-I', missing, '10.1.1.2'],
      ['ping', `fe80::1%${missing}`],
      ['traceroute', '-I', missing, '10.1.1.2'],
      ['mtr', '-I', missing, '10.1.1.2'],
      ['sweep', '-I', missing, '10.1.1.2'],
    ]);
  });

  test('hosts that do not exist', async () => {
    await hostile.checkAll([
      ['ping', TEXT],
      ['ping', '--json', TEXT],
      ['ping', '-c', '1', '10.1.1.2', TEXT],
      ['traceroute', TEXT],
      ['mtr', TEXT],
      ['sweep', TEXT],
      ['sweep', `10.1.1.0/24${TEXT}`],
      ['sweep', `10.1.1.1-${TEXT}`],
      ['smtpping', '--name-server', '10.1.1.2', TEXT],
      ['smtpping', '--name-server', '10.1.1.2', '--json', TEXT],
    ]);
  });

  test('files that are damaged, missing, no captures, or cannot be written', async () => {
    const missing = join(hostile.folder.path, TEXT, 'missing.pcap');
    for (const path of [hostile.folder.file(`none ${TEXT}`), hostile.folder.file(`cut ${TEXT}`)]) {
      await hostile.check(['read', path], /^tapline: /m);
      await hostile.check(['replay', '-i', NAME, path], /^tapline: /m);
    }
    await hostile.checkAll([
      ['read', missing],
      ['replay', '-i', NAME, missing],
      ['read', 'FILE', '-w', missing],
      ['read', 'FILE', '-w', `${missing}ng`],
      ['capture', '-i', NAME, '-w', missing],
      ['capture', '-i', NAME, '-w', `${missing}ng`, '--trigger', 'ip'],
      ['capture', '-i', NAME, '-w', missing, '--threads', '2'],
      ['capture', '-i', NAME, '-w', hostile.folder.file('z.pcap'), '-z', missing, '--duration', '0.1'],
      ['capture', '-i', NAME, '--stats', missing, '--duration', '0.1'],
      ['ping', '--pcap', missing, '10.1.1.2'],
      ['traceroute', '--asn-file', missing, '10.1.1.2'],
      ['mtr', '--asn-file', hostile.folder.file(`none ${TEXT}`), '10.1.1.2'],
      ['sweep', '-F', missing],
      ['smtpping', '--ca-file', missing, '10.1.1.2'],
      ['smtpping', '--ca-file', hostile.folder.file(`none ${TEXT}`), '10.1.1.2'],
      ['smtpping', '--key-log', missing, '10.1.1.2'],
      ['smtpping', '--pcap', missing, '10.1.1.2'],
      ['sweep', '-F', hostile.folder.file(`none ${TEXT}`)],
      ['demo', '-w', missing],
    ]);
  });
});
