/** Command lines of the views of netstat that show sockets. @module */
import { describe, expect, test } from 'vitest';
import { createContext } from '../../../src/cli/context.ts';
import { parseSelection, parseWatch } from '../../../src/cli/host/netstat-socket-options.ts';
import { socketsView } from '../../../src/cli/host/netstat-sockets.ts';
import { matchesSocket } from '../../../src/inspect/socket-filter.ts';
import { netstatWords } from '../../support/command-words.ts';
import { inetSocket } from '../../support/host-data.ts';

const selection = (...words: string[]) => parseSelection(netstatWords('1', ...words));

describe('what is selected', () => {
  test('everything, without options', () => {
    expect(selection()).toEqual({ protocols: undefined, states: undefined, filter: {} });
  });

  test('states in the words of FreeBSD, net-tools and ss; only TCP has states', () => {
    for (const text of ['SYN_RCVD,FIN_WAIT_1,LISTEN', 'SYN_RECV,FIN_WAIT1,listen', 'syn-recv,fin-wait-1,LISTENING']) {
      expect(selection('--state', text)).toMatchObject({
        protocols: ['tcp'],
        states: ['syn-received', 'fin-wait-1', 'listen'],
      });
    }
    expect(selection('--raw', '-u').protocols).toEqual(['udp', 'raw']);
  });

  test('ports and networks, at either end', () => {
    const { filter } = selection('--port', '25,6000-6063', '--address', '10.0.0.0/9,fd00::/8');
    const matches = (values: Parameters<typeof inetSocket>[0]): boolean => matchesSocket(inetSocket(values), filter);
    expect(matches({ localAddress: '10.1.1.1', localPort: 25 })).toBe(true);
    expect(matches({ remoteAddress: '10.127.255.255', remotePort: 6063 })).toBe(true);
    expect(matches({ remoteAddress: '10.128.0.0', remotePort: 6063 })).toBe(false);
    expect(matches({ localAddress: '10.1.1.1', localPort: 26, remotePort: 5999 })).toBe(false);
    expect(matches({ family: 6, localAddress: 'fdff::1', localPort: 6000 })).toBe(true);
    expect(matches({ family: 6, localAddress: 'fe80::1', localPort: 6000 })).toBe(false);
    expect(matches({ family: 6, localAddress: '::ffff:10.1.1.1', localPort: 25 })).toBe(true);
    expect(matches({ protocol: 'raw', localAddress: '10.1.1.1', localPort: 25 })).toBe(false);
    expect(matchesSocket(inetSocket({}), selection('--address', '::/0').filter)).toBe(false);
    expect(matchesSocket(inetSocket({}), selection('--address', '0.0.0.0/0').filter)).toBe(true);
  });
});

describe('messages', () => {
  test.each([
    [['--state', 'OPEN'], '--state takes states such as ESTABLISHED, LISTEN or TIME_WAIT, not "OPEN"'],
    [['--state', 'constructor'], '--state takes states such as ESTABLISHED, LISTEN or TIME_WAIT, not "constructor"'],
    [['--port', 'smtp'], '--port takes ports such as 25,6000-6063, not "smtp"'],
    [['--port', '70000'], '--port takes ports such as 25,6000-6063, not "70000"'],
    [['--port', '9-8'], '--port takes ports such as 25,6000-6063, not "9-8"'],
    [['--address', 'host'], '--address takes addresses and networks such as 10.1.1.1 or fd00::/8, not "host"'],
    [
      ['--address', '10.0.0.0/33'],
      '--address takes addresses and networks such as 10.1.1.1 or fd00::/8, not "10.0.0.0/33"',
    ],
  ])('%j', (words, message) => {
    expect(() => selection(...words)).toThrow(message);
  });

  test('an interval, and what excludes it', async () => {
    expect(parseWatch(netstatWords('1', '--watch', '0.5'))).toBe(500);
    expect(() => parseWatch(netstatWords('1', '--watch', '0'))).toThrow('--watch takes a number from 0.1 to 86400');
    const run = (...words: string[]) => socketsView.run(netstatWords('1', ...words), createContext());
    await expect(run('--csv', '--watch', '1')).rejects.toThrow('--csv and --watch exclude each other');
    await expect(run('extra')).rejects.toThrow('the view sockets takes no arguments, not "extra"');
  });
});
