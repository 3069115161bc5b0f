/** Filters that no packet can match: refused where libpcap refuses them, else compiled with a warning. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { compareRefusals } from '../support/filter-contest.ts';
import { LibpcapOracle } from '../support/libpcap-oracle.ts';

function refusalOf(expression: string, linkType: LinkType = LinkType.ethernet): FilterError {
  try {
    compileFilter(expression, { linkType });
  } catch (error) {
    if (error instanceof FilterError) return error;
  }
  throw new Error(`${expression} compiles`);
}

function wordsOf(expression: string, { parts }: FilterError): readonly string[] {
  return parts.map(({ offset, length }) => expression.slice(offset, offset + length));
}

describe('refused, as libpcap does', () => {
  /** The filter, the link type, and the terms that exclude each other, or the one that never matches. */
  test.each([
    ['port 443 and icmp', LinkType.ethernet, ['port 443', 'icmp']],
    ['icmp and tcp', LinkType.null, ['icmp', 'tcp']],
    ['host 10.1.1.1 and arp and (tcp port 80 or udp)', LinkType.ethernet, ['arp', 'tcp port 80 or udp']],
    ['ip and tcp port 80 and (udp and host 10.1.1.1)', LinkType.ethernet, ['tcp port 80', 'udp']],
    ['ip src host 10.1.1.1 and 10.1.1.2', LinkType.ethernet, ['ip src host 10.1.1.1', '10.1.1.2']],
    ['len > 9 and less 9', LinkType.ethernet, ['len > 9', 'less 9']],
    ['tcp or udp and arp', LinkType.ethernet, ['tcp or udp', 'arp']],
    ['ip6 and (arp or not ip6)', LinkType.ethernet, ['ip6', 'arp or not ip6']],
    ['not (not (tcp and udp))', LinkType.ethernet, ['tcp', 'udp']],
    ['(tcp and udp) or (arp and ip)', LinkType.ethernet, ['tcp', 'udp']],
    ['arp and less 60', LinkType.raw, ['arp']],
    ['1 = 2', LinkType.ethernet, ['1 = 2']],
    ['vlan and ip and arp', LinkType.ethernet, ['ip', 'arp']],
    ['vlan 5 and len > 9 and mpls and ip6 and ip', LinkType.ethernet, ['ip6', 'ip']],
    ['not port 22 and tcp port 22', LinkType.ethernet, ['not port 22', 'tcp port 22']],
  ])('%s', (expression, linkType, words) => {
    const error = refusalOf(expression, linkType);
    expect(error.code).toBe('FILTER_REJECTS_ALL');
    expect(wordsOf(expression, error)).toEqual(words);
  });

  test('with the tag in the metadata of a live capture', () => {
    expect(() => compileFilter('vlan and ip and arp', { live: true })).toThrow('"ip" and "arp" exclude each other');
    expect(compileFilter('ip and vlan and ip', { live: true }).warnings).toEqual([]);
  });

  test('the text names both terms, with carets under them', () => {
    expect(refusalOf('(port 443 or 80) and icmp').toText()).toMatchInlineSnapshot(`
      ""port 443 or 80" and "icmp" exclude each other; no packet can match this filter
        (port 443 or 80) and icmp
         ^^^^^^^^^^^^^^      ^^^^"
    `);
    expect(refusalOf('arp and less 60', LinkType.raw).toText()).toMatchInlineSnapshot(`
      ""arp" cannot match on RAW (Raw IP); no packet can match this filter
        arp and less 60
        ^^^"
    `);
    const between = 'and not host 10.1.1.1 '.repeat(9);
    expect(
      refusalOf(`ether host 1:2:3:4:5:6 and tcp ${between}and udp and greater 60`).toText(),
    ).toMatchInlineSnapshot(`
      ""tcp" and "udp" exclude each other; no packet can match this filter
        ether host 1:2:3:4:5:6 and tcp ... 1.1 and not host 10.1.1.1 and udp and greater 60
                                   ^^^                                   ^^^"
    `);
  });
});

describe('compiled with a warning, as only tapline knows', () => {
  test.each([
    ['geneve and tcp and udp', ['tcp', 'udp']],
    // After a failed tunnel the tests inside it fail.
    ['not geneve and ip', ['not geneve', 'ip']],
    ['not (geneve and vxlan) and less 99 and (ip or arp)', ['not (geneve and vxlan)', 'ip or arp']],
    // Terms inside a tunnel exclude each other there.
    ['geneve and udp and host 10.1.1.1 and tcp', ['udp', 'tcp']],
    ['geneve and ip and (len > 9 and host 10.1.1.1 and arp)', ['ip', 'arp']],
    ['ip[9] = 6 and udp', ['ip[9] = 6', 'udp']],
    ['port 443 and less 99 and icmp', ['port 443', 'icmp']],
    ['len > 9 and less 8', ['len > 9', 'less 8']],
    ['@anyvlan and ip and arp', ['ip', 'arp']],
    ['ip6 protochain 6 and arp', ['ip6 protochain 6', 'arp']],
    ['ip6 and 1 + 1 = 3', ['1 + 1 = 3']],
  ])('%s', (expression, words) => {
    const { warnings, match } = compileFilter(expression, { linkType: LinkType.ethernet });
    expect(warnings.map((warning) => warning.code)).toEqual(['FILTER_REJECTS_ALL']);
    expect(warnings.flatMap((warning) => wordsOf(expression, warning))).toEqual(words);
    expect(match(new Uint8Array(2_000))).toBe(0);
  });

  test('without the optimiser too, and not where something can match', () => {
    const options = { linkType: LinkType.ethernet, optimize: false };
    expect(compileFilter('ip[9] = 6 and udp', options).warnings).toHaveLength(1);
    expect(() => compileFilter('tcp and udp', options)).toThrow('exclude each other');
    for (const expression of [
      'tcp',
      'port 80 and port 81',
      'vlan and vlan',
      'ip or arp',
      'geneve and tcp',
      'not geneve and not ip',
      '1 = 1',
      '',
    ]) {
      expect(compileFilter(expression, options).warnings, expression).toEqual([]);
    }
    expect(compileFilter('ip', { linkType: LinkType.ipv4 }).warnings).toEqual([]);
  });

  test('a filter too large to be searched is reported as a whole', () => {
    const hosts = Array.from({ length: 1_200 }, (_, index) => `src host 10.1.${index >> 8}.${index & 255}`);
    const [warning] = compileFilter(hosts.join(' and '), { linkType: LinkType.ethernet }).warnings;
    expect(warning?.message).toBe('no packet can match this filter');
    expect(warning?.toText().length).toBeLessThan(300);
  });
});

/** `npm run fuzz filter` goes on drawing; the differences are zero there too. */
test('random texts are refused where libpcap refuses them', { timeout: 300_000 }, () => {
  const oracle = LibpcapOracle.build();
  if (oracle === undefined) return;
  const { meant, differences, ...counts } = compareRefusals(oracle, 20_270, 6_000);
  console.log(`refusals: ${JSON.stringify({ ...counts, meant: meant.length, differences: differences.length })}`);
  expect(differences).toEqual([]);
  expect(counts.refusedByBoth).toBeGreaterThan(500);
  expect(counts.warned).toBeGreaterThan(100);
});
