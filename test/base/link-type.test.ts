import { expect, test } from 'vitest';
import { describeLinkType, LinkType, linkTypeName, parseLinkType } from '../../src/base/link-type.ts';

/** Names and descriptions as `tcpdump -L` prints them; numbers of the IANA "PCAP LINKTYPE" registry. */
test.each([
  [LinkType.ethernet, 1, 'EN10MB', 'Ethernet'],
  [LinkType.linuxSll2, 276, 'LINUX_SLL2', 'Linux cooked v2'],
  [LinkType.raw, 101, 'RAW', 'Raw IP'],
])('%i', (linkType, number, name, description) => {
  expect(linkType).toBe(number);
  expect(linkTypeName(linkType)).toBe(name);
  expect(describeLinkType(linkType)).toBe(`${name} (${description})`);
  expect(parseLinkType(name.toLowerCase())).toBe(number);
  expect(parseLinkType(`DLT_${name}`)).toBe(number);
});

test('accepts numbers without a name, and rejects other text', () => {
  expect(parseLinkType('147')).toBe(147);
  expect(linkTypeName(147)).toBe('LINKTYPE_147');
  expect(describeLinkType(147)).toBe('LINKTYPE_147 (LINKTYPE_147)');
  for (const text of ['', '65536', '-1', 'ETHER', '1x']) expect(parseLinkType(text), text).toBeUndefined();
});
