/** Which servers a run tests, how often and when, and its figures. */
import { describe, expect, test } from 'vitest';
import type { MailServers } from '../../src/smtp/mail-servers.ts';
import type { SmtpSession } from '../../src/smtp/session-events.ts';
import { type SmtpPingOptions, smtpPing } from '../../src/smtp/smtp-ping.ts';
import { type Script, ScriptedServer, scriptedMailServer } from '../support/scripted-server.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const FOUND: MailServers = {
  type: 'servers',
  domain: 'example.com',
  origin: 'mx',
  hosts: [
    { name: 'a.example', preference: 10, addresses: ['192.0.2.1', '2001:db8::1'], failure: undefined },
    { name: 'b.example', preference: 20, addresses: ['192.0.2.2'], failure: undefined },
  ],
  omitted: 0,
  failure: undefined,
  detail: undefined,
  time: 0,
};
const REFUSED = scriptedMailServer({ CONNECT: { close: 'ECONNREFUSED' } });

async function run(
  scripts: Readonly<Record<string, () => Script>>,
  options: Partial<SmtpPingOptions> = {},
  found = FOUND,
) {
  const clock = new VirtualClock();
  const starts: [string, number][] = [];
  const open = ({ address }: { readonly address: string }) => {
    starts.push([address, clock.now()]);
    return new ScriptedServer(clock, (scripts[address] ?? (() => scriptedMailServer()))());
  };
  const sessions: SmtpSession[] = [];
  for await (const event of smtpPing(found, { clock, open }, { heloName: 'client', ...options })) {
    if (event.type === 'session') sessions.push(event);
    if (event.type === 'summary') return { starts, sessions, summary: event };
  }
  throw new Error('the run ended without a summary');
}

describe('servers', () => {
  test('the first that answers, in the order in which mail is delivered', async () => {
    const { starts, summary } = await run({ '192.0.2.1': () => REFUSED }, { count: 2 });
    expect(starts.map(([address]) => address)).toEqual(['192.0.2.1', '2001:db8::1', '2001:db8::1']);
    expect(summary.verdict).toBe('ok');
    expect(summary.servers.map(({ server, verdict }) => [server.address, verdict])).toEqual([
      ['192.0.2.1', 'unreachable'],
      ['2001:db8::1', 'ok'],
    ]);
  });

  test('no server answers: all are tried in each round', async () => {
    const all = { '192.0.2.1': () => REFUSED, '2001:db8::1': () => REFUSED, '192.0.2.2': () => REFUSED };
    const { starts, summary } = await run(all, { count: 2 });
    expect([starts.length, summary.verdict]).toEqual([6, 'unreachable']);
  });

  test('testsAll: each address in each round, and the worst verdict', async () => {
    const scripts = { '192.0.2.2': () => scriptedMailServer({ BANNER: '554 no\r\n' }) };
    const { starts, sessions, summary } = await run(scripts, { count: 2, testsAll: true, port: 587 });
    expect(starts.map(([address]) => address)).toEqual([
      '192.0.2.1',
      '2001:db8::1',
      '192.0.2.2',
      '192.0.2.1',
      '2001:db8::1',
      '192.0.2.2',
    ]);
    expect(sessions.map(({ sequence }) => sequence)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(sessions[0]?.server).toEqual({ host: 'a.example', address: '192.0.2.1', port: 587 });
    expect([summary.verdict, summary.servers[2]?.verdicts]).toEqual(['rejected', { rejected: 2 }]);
  });

  test('a domain without servers has a summary with its reason', async () => {
    const { summary } = await run({}, {}, { ...FOUND, hosts: [], failure: 'null-mx' });
    expect(summary).toEqual({
      type: 'summary',
      domain: 'example.com',
      failure: 'null-mx',
      servers: [],
      verdict: 'stopped',
    });
  });
});

describe('times', () => {
  test('sessions begin an interval apart, whatever the server', async () => {
    const { starts } = await run({}, { count: 2, interval: 500, testsAll: true });
    expect(starts.map(([, time]) => time)).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500]);
  });

  test('a long session delays the next one', async () => {
    const slow = (): Script => scriptedMailServer({ BANNER: { text: '220 slow\r\n', delay: 3_000 } });
    const { starts } = await run({ '192.0.2.1': slow }, { count: 2, interval: 500 });
    expect(starts.map(([, time]) => time)).toEqual([0, 3_006]);
  });

  test('figures of each phase, with the population deviation of ping(8)', async () => {
    const delays = [2, 4, 4, 4, 5, 5, 7, 9];
    const script = (): Script => scriptedMailServer({ BANNER: { text: '220 mx\r\n', delay: delays.shift() ?? 0 } });
    const { summary } = await run({ '192.0.2.1': script }, { count: 8, interval: 1 });
    const [server] = summary.servers;
    expect(server?.figures.find(({ phase }) => phase === 'banner')).toEqual({
      phase: 'banner',
      count: 8,
      min: 2,
      mean: 5,
      max: 9,
      deviation: 2,
    });
    expect(server?.figures.map(({ phase }) => phase)).toEqual([
      'connect',
      'banner',
      'ehlo',
      'starttls',
      'tls',
      'ehlo-tls',
      'quit',
      'total',
    ]);
  });

  test('a stop ends the run with the figures so far', async () => {
    const stop = new AbortController();
    let opened = 0;
    const script = (): Script => {
      opened += 1;
      if (opened === 3) stop.abort();
      return scriptedMailServer();
    };
    const { sessions, summary } = await run({ '192.0.2.1': script }, { count: 9, signal: stop.signal });
    expect(sessions.map(({ verdict }) => verdict.kind)).toEqual(['ok', 'ok', 'stopped']);
    expect(summary.verdict).toBe('ok');
  });
});
