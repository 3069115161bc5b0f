/** Which servers receive the mail of a domain (RFC 5321, 5.1; RFC 7505), with answers of a name service as data. */
import { describe, expect, test } from 'vitest';
import { findMailServers } from '../../src/smtp/mail-servers.ts';
import type { Answer, Exchanger, LookupFailure, NameService } from '../../src/smtp/name-service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const fail = (failure: LookupFailure) => ({ failure, detail: `it ${failure}` });

interface Zone {
  readonly mx?: Answer<Exchanger>;
  readonly a?: Readonly<Record<string, Answer<string>>>;
  readonly aaaa?: Readonly<Record<string, Answer<string>>>;
}

async function find(domain: string, zone: Zone, options: Parameters<typeof findMailServers>[2] = {}) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const answer = async <T>(question: string, records: Answer<T>): Promise<Answer<T>> => {
    asked.push(question);
    await clock.sleep(10);
    return records;
  };
  const names: NameService = {
    exchangers: (name) => answer(`MX ${name}`, zone.mx ?? fail('no-data')),
    addresses: (host, family) =>
      answer(`${family === 4 ? 'A' : 'AAAA'} ${host}`, (family === 4 ? zone.a : zone.aaaa)?.[host] ?? fail('no-data')),
  };
  return { found: await findMailServers(domain, { names, clock }, options), asked };
}

const summary = ({ found }: Awaited<ReturnType<typeof find>>) => [
  found.origin,
  found.failure,
  ...found.hosts.map(({ name, addresses }) => [name, ...addresses]),
];

describe('mail exchangers', () => {
  const mx = [
    { exchange: 'b.example', priority: 20 },
    { exchange: 'a.example', priority: 10 },
  ];
  const a = { 'a.example': ['192.0.2.1', '192.0.2.2'], 'b.example': ['192.0.2.3'] };

  test('the preferred first, each with IPv4 and IPv6 addresses, all looked up at once', async () => {
    const run = await find('example.com', { mx, a, aaaa: { 'a.example': ['2001:db8::1'] } });
    expect(summary(run)).toEqual([
      'mx',
      undefined,
      ['a.example', '192.0.2.1', '192.0.2.2', '2001:db8::1'],
      ['b.example', '192.0.2.3'],
    ]);
    expect(run.found.hosts.map(({ preference }) => preference)).toEqual([10, 20]);
    expect(run.found.time).toBe(20);
  });

  test('one address family', async () => {
    const aaaa = { 'a.example': ['2001:db8::1'] };
    expect(summary(await find('example.com', { mx, a, aaaa }, { family: 6 }))).toEqual([
      'mx',
      undefined,
      ['a.example', '2001:db8::1'],
      ['b.example'],
    ]);
  });

  test('a null MX means that the domain accepts no mail, and nothing more is looked up', async () => {
    const run = await find('example.com', { mx: [{ exchange: '', priority: 0 }], a });
    expect(summary(run)).toEqual(['mx', 'null-mx']);
    expect(run.asked).toEqual(['MX example.com']);
  });

  test('a host without address does not hide the others', async () => {
    const run = await find('example.com', { mx, a: { 'b.example': ['192.0.2.3'] } });
    expect(summary(run)).toEqual(['mx', undefined, ['a.example'], ['b.example', '192.0.2.3']]);
  });

  test('exchangers without any address', async () => {
    expect(summary(await find('example.com', { mx }))).toEqual(['mx', 'no-address', ['a.example'], ['b.example']]);
  });

  test('addresses whose lookup timed out are a timeout', async () => {
    const run = await find('example.com', { mx, a: { 'a.example': fail('timeout') } });
    expect([run.found.failure, run.found.detail, run.found.hosts[0]?.failure]).toEqual([
      'timeout',
      'it timeout',
      'timeout',
    ]);
  });

  test('more hosts and addresses than a domain needs are left out, and counted', async () => {
    const many = Array.from({ length: 500 }, (_, at) => ({ exchange: 'a.example', priority: at }));
    const addresses = Array.from({ length: 100 }, (_, at) => `192.0.2.${at}`);
    const { found } = await find('example.com', { mx: many, a: { 'a.example': addresses } });
    expect([found.hosts.length, found.hosts[0]?.addresses.length]).toEqual([32, 32]);
    expect(found.omitted).toBe(500 - 32 + 32 * (100 - 32));
  });
});

describe('without MX records', () => {
  test.each(['no-data', 'no-name'] as const)('the addresses of the domain itself are used: %s', async (failure) => {
    const run = await find('host.example', { mx: fail(failure), a: { 'host.example': ['192.0.2.9'] } });
    expect(summary(run)).toEqual(['implicit', undefined, ['host.example', '192.0.2.9']]);
  });

  test('a name that does not exist', async () => {
    const none = { 'x.example': fail('no-name') };
    const run = await find('x.example', { mx: fail('no-name'), a: none, aaaa: none });
    expect(summary(run)).toEqual(['implicit', 'no-name', ['x.example']]);
  });

  test('a name without addresses', async () => {
    expect(summary(await find('x.example', { mx: fail('no-data') }))).toEqual([
      'implicit',
      'no-address',
      ['x.example'],
    ]);
  });

  test.each(['timeout', 'failed'] as const)(
    'a name server that does not answer is no absence of records: %s',
    async (failure) => {
      const run = await find('x.example', { mx: fail(failure), a: { 'x.example': ['192.0.2.9'] } });
      expect([summary(run), run.asked]).toEqual([['mx', failure], ['MX x.example']]);
    },
  );
});

describe('addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['[192.0.2.1]', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[IPv6:2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('%s needs no lookup', async (text, address) => {
    const run = await find(text, {});
    expect([summary(run), run.asked]).toEqual([['given', undefined, [address, address]], []]);
  });

  test('a given address keeps the name of the domain, for the certificate', async () => {
    const run = await find('mx.example', {}, { address: '192.0.2.1' });
    expect([summary(run), run.asked]).toEqual([['given', undefined, ['mx.example', '192.0.2.1']], []]);
  });
});
