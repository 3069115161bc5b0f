import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/base/address.ts';
import { encodeNodeMessage, NodeInformationView, NodeQuery, nodeQuery } from '../../src/wire/node-information.ts';
import { fromHex } from '../support/hex.ts';
import { directNetwork, simulatePing } from '../support/simulate.ts';

const SUBJECT = parseAddress('2001:db8::2') ?? new Uint8Array(16);
/** RFC 4620, 6.2: four bytes of TTL, then the name in DNS labels. */
const NAME = '00000000' + '04686f7374' + '076578616d706c65' + '03636f6d' + '00';

function view(bytes: Uint8Array): NodeInformationView {
  const window = new NodeInformationView();
  expect(window.wrap(bytes, 0, bytes.length)).toBe(true);
  return window;
}

function reply(query: number, data: string, flags = 0): NodeInformationView {
  const out = new Uint8Array(16 + data.length / 2);
  const message = { type: 140, code: 0, query, flags, nonce: 1, nonceLow: 2, data: fromHex(data) } as const;
  expect(encodeNodeMessage(message, out)).toBe(out.length);
  return view(out);
}

describe('messages (RFC 4620, 4)', () => {
  test('a query for a name: type 139, code 0 (the subject is an IPv6 address), Qtype 2, nonce, subject', () => {
    const out = new Uint8Array(32);
    expect(encodeNodeMessage(nodeQuery(NodeQuery.name, SUBJECT, 0xdead_beef, 7), out)).toBe(32);
    expect(out).toEqual(fromHex(`8b00000000020000deadbeef0000000720010db8${'00'.repeat(11)}02`));
  });

  test('queries for addresses ask for those of all interfaces: flags G, L, A and A', () => {
    expect(nodeQuery(NodeQuery.addresses, SUBJECT, 0, 0).flags).toBe(0x2a);
    expect(nodeQuery(NodeQuery.ipv4Addresses, SUBJECT, 0, 0).flags).toBe(0x02);
  });

  test('names, whole and without a domain, and several', () => {
    expect(reply(NodeQuery.name, NAME).values()).toEqual(['host.example.com']);
    expect(reply(NodeQuery.name, '00000000' + '04686f7374' + '0000').values()).toEqual(['host']);
    expect(reply(NodeQuery.name, '00000000' + '0161' + '00' + '0162' + '00').values()).toEqual(['a', 'b']);
  });

  test('addresses, each behind its seconds', () => {
    const two = `00000e1020010db8${'00'.repeat(11)}0200000e10fe80${'00'.repeat(13)}01`;
    expect(reply(NodeQuery.addresses, two, 1).values()).toEqual(['2001:db8::2', 'fe80::1']);
    expect(reply(NodeQuery.addresses, two, 1).isTruncated).toBe(true);
    expect(reply(NodeQuery.ipv4Addresses, '00000000c0000202').values()).toEqual(['192.0.2.2']);
  });

  test('every shorter one is read as far as it goes', () => {
    for (let length = 0; length < NAME.length; length += 2) {
      expect(reply(NodeQuery.name, NAME.slice(0, length)).values().length).toBeLessThanOrEqual(1);
    }
    expect(new NodeInformationView().wrap(new Uint8Array(15), 0, 15)).toBe(false);
    expect(() => encodeNodeMessage(nodeQuery(2, SUBJECT, 0, 0), new Uint8Array(31))).toThrow(/ends at 32/);
  });

  test('hostile bytes: never more than 256 values, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 3_000 }), fc.constantFrom(2, 3, 4), (bytes, query) => {
        const hostile = bytes.with(0, 140).with(4, 0).with(5, query);
        expect(view(hostile).values().length).toBeLessThanOrEqual(256);
      }),
      { numRuns: 300 },
    );
  });
});

describe('ping --node-info', () => {
  const host = (node: object, more = {}): Parameters<typeof simulatePing>[0] =>
    directNetwork({ node, ...more }, { family: 6, source: '2001:db8::1', target: '2001:db8::2' });

  test('a name', async () => {
    const run = await simulatePing(host({ data: NAME }), { count: 1 }, { query: 'name' });
    expect(run.text).toContain('bytes from 2001:db8::2, icmp_seq=0 hlim=64 time=1.000 ms name: host.example.com\n');
    expect(run.replies[0]?.node).toEqual({
      query: 'name',
      verdict: 'told',
      values: ['host.example.com'],
      isTruncated: false,
    });
  });

  test('a host that does not tell, one that does not know, one that knows nothing of this', async () => {
    const refused = await simulatePing(host({ code: 1 }), { count: 1 }, { query: 'addresses' });
    expect(refused.text).toContain(' ms query refused\n');
    const unknown = await simulatePing(host({ code: 2 }), { count: 1 }, { query: 'ipv4-addresses' });
    expect(unknown.text).toContain(' ms query not supported\n');
    const silent = await simulatePing(
      directNetwork({}, { family: 6, source: '2001:db8::1', target: '2001:db8::2' }),
      { count: 1, wait: 50 },
      { query: 'name' },
    );
    expect(silent.summary).toMatchObject({ received: 0, lossPercent: 100 });
  });

  test('names cannot send escapes to the terminal', async () => {
    const run = await simulatePing(host({ data: '00000000051b5b324a6100' }), { count: 1 }, { query: 'name' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(run.text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
    expect(run.text).toContain('name: ^[[2Ja\n');
  });

  test('nonces of others, and errors about our own query', async () => {
    const other = await simulatePing(host({}, { wrongNonce: [0] }), { count: 1, wait: 50 }, { query: 'name' });
    expect(other.summary).toMatchObject({ received: 0, strangers: 0 });
    const error = await simulatePing(
      host({}, { error: { type: 1, code: 1 } }),
      { count: 1, wait: 50 },
      { query: 'name' },
    );
    expect(error.summary).toMatchObject({ errors: 1 });
  });
});
