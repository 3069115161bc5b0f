/** `compileFilter` beside the corpus: options, names, extensions, live captures and cooked sockets. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { adaptForAllInterfaces, adaptForCookedSocket } from '../../src/bpf/adapt-cooked.ts';
import { SKF_AD_OFF, usesAncillary } from '../../src/bpf/ancillary.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { disassemble } from '../../src/bpf/engine/disassemble.ts';
import { interpret } from '../../src/bpf/engine/interpret.ts';
import { hostNamesOf } from '../../src/bpf/host-names.ts';
import { keptLength } from '../../src/bpf/kept-length.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { LoopbackView } from '../../src/wire/loopback.ts';
import { fromHex } from '../support/hex.ts';

const ethernet = { linkType: LinkType.ethernet };

/** An Ethernet frame with a TCP segment from port 4096 to port 80, as RFC 894 and RFC 8200 lay it out. */
const TCP = '1000 0050 00000000 00000000 5002 0000 0000 0000';
const MACS = '001122334455 020000000001';
const IPV4 = '4500 0028 0000 0000 4006 0000 0a000001 0a000002';
const IPV6_ADDRESSES = `20010db8${'00'.repeat(11)}01 20010db8${'00'.repeat(11)}02`;
const PLAIN = fromHex(`${MACS} 0800 ${IPV4} ${TCP}`);
const TAGGED = fromHex(`${MACS} 8100 0064 0800 ${IPV4} ${TCP}`);
const TWICE_TAGGED = fromHex(`${MACS} 88a8 0064 8100 0065 0800 ${IPV4} ${TCP}`);
/** Hop-by-hop options, a first fragment, and then TCP. */
const BEHIND_HEADERS = fromHex(
  `${MACS} 86dd 60000000 0024 00 40 ${IPV6_ADDRESSES} 2c00 0104 00000000 0600 0001 00000001 ${TCP}`,
);

function matches(expression: string, frame: Uint8Array): boolean {
  return compileFilter(expression, ethernet).match(frame) > 0;
}

describe('options', () => {
  test('accepted packets are cut to the snap length', () => {
    expect(compileFilter('ip', { ...ethernet, snapLength: 96 }).match(PLAIN)).toBe(96);
    expect(compileFilter('', ethernet).match(PLAIN)).toBe(262_144);
  });

  test('ip broadcast is about the network of the netmask', () => {
    const toNetwork = fromHex(`${MACS} 0800 4500 0028 0000 0000 4006 0000 0a000001 0a0000ff ${TCP}`);
    expect(compileFilter('ip broadcast', { ...ethernet, netmask: '255.255.255.0' }).match(toNetwork)).toBeGreaterThan(
      0,
    );
    expect(compileFilter('ip broadcast', ethernet).match(toNetwork)).toBe(0);
    expect(() => compileFilter('ip broadcast', { ...ethernet, netmask: '255.255.255' })).toThrow(FilterError);
  });
});

describe('names', () => {
  test('host names are listed before they are looked up', () => {
    expect(hostNamesOf('host a.example or b.example and port http and ether host c and not src d.example')).toEqual([
      'a.example',
      'b.example',
      'd.example',
    ]);
  });

  test('a resolver gives addresses of both families', () => {
    const resolver = { host: (name: string) => (name === 'both' ? ['10.0.0.1', '2001:db8::1'] : undefined) };
    expect(compileFilter('src host both', { ...ethernet, resolver }).match(PLAIN)).toBeGreaterThan(0);
    expect(compileFilter('ip6 src host both', { ...ethernet, resolver }).match(PLAIN)).toBe(0);
    expect(() => compileFilter('host none', { ...ethernet, resolver })).toThrow('unknown host "none"');
  });

  test('gateway is a MAC address with other hosts behind it', () => {
    const resolver = { host: () => ['10.0.0.9'], ethernet: () => '02:00:00:00:00:01' };
    expect(compileFilter('gateway router', { ...ethernet, resolver }).match(PLAIN)).toBeGreaterThan(0);
    const own = { host: () => ['10.0.0.1'], ethernet: () => '02:00:00:00:00:01' };
    expect(compileFilter('gateway router', { ...ethernet, resolver: own }).match(PLAIN)).toBe(0);
  });
});

describe('extensions', () => {
  test('@anyvlan looks behind up to two tags, and at frames without', () => {
    for (const frame of [PLAIN, TAGGED, TWICE_TAGGED]) {
      expect(matches('@anyvlan and tcp port 80', frame)).toBe(true);
      expect(matches('@anyvlan and tcp port 81', frame)).toBe(false);
    }
    expect(matches('tcp port 80', TAGGED)).toBe(false);
  });

  test('@exthdr looks behind the extension headers of IPv6', () => {
    expect(matches('tcp port 80', BEHIND_HEADERS)).toBe(false);
    expect(matches('@exthdr and tcp port 80', BEHIND_HEADERS)).toBe(true);
    expect(matches('@exthdr and tcp dst port 81', BEHIND_HEADERS)).toBe(false);
    expect(matches('@exthdr and tcp[tcpflags] = tcp-syn', BEHIND_HEADERS)).toBe(true);
    expect(matches('@exthdr and tcp[tcpflags] = tcp-syn and dst port 80', PLAIN)).toBe(true);
    expect(matches('@exthdr and udp', BEHIND_HEADERS)).toBe(false);
  });

  test('strict has none of them', () => {
    expect(() => compileFilter('@anyvlan and ip', { ...ethernet, strict: true })).toThrow('not part of pcap-filter');
  });
});

/** What a live ring tells of a frame whose tag the kernel has taken out. */
const ANCILLARY = {
  protocol: 0x0800,
  packetType: 4,
  interfaceIndex: 3,
  hardwareType: 1,
  rxHash: 0,
  vlanTagPresent: 1,
  vlanTag: 100,
  vlanProtocol: 0x8100,
};

describe('live captures', () => {
  const run = (expression: string, frame: Uint8Array, ancillary = ANCILLARY) => {
    const { instructions } = compileFilter(expression, { ...ethernet, live: true });
    return interpret(instructions, frame, 0, frame.length, frame.length, ancillary) > 0;
  };
  const untagged = { ...ANCILLARY, vlanTagPresent: 0, vlanTag: 0 };

  test('vlan finds the tag that the kernel keeps aside, and the one in the frame', () => {
    expect(run('vlan 100 and tcp port 80', PLAIN)).toBe(true);
    expect(run('vlan 101', PLAIN)).toBe(false);
    expect(run('vlan 100 and tcp port 80', TAGGED, untagged)).toBe(true);
    expect(run('vlan', PLAIN, untagged)).toBe(false);
    expect(run('vlan and vlan 100 and ip', TAGGED)).toBe(true);
  });

  test('direction and interface come from the kernel', () => {
    expect(run('outbound', PLAIN)).toBe(true);
    expect(run('inbound', PLAIN)).toBe(false);
    expect(run('ifindex 3', PLAIN)).toBe(true);
  });
});

describe('cooked sockets', () => {
  const adapted = (expression: string) => {
    const { instructions } = compileFilter(expression, { linkType: LinkType.linuxSll2 });
    return adaptForCookedSocket(instructions, LinkType.linuxSll2);
  };

  test('the header becomes ancillary loads, the payload moves to the front', () => {
    const program = adapted('tcp dst port 80 and ifindex 3') ?? [];
    expect(program.some(({ k }) => k === SKF_AD_OFF)).toBe(true);
    const payload = fromHex(`${IPV4} ${TCP}`);
    expect(interpret(program, payload, 0, payload.length, payload.length, ANCILLARY)).toBe(262_144 - 20);
    expect(interpret(program, payload, 0, payload.length, payload.length, { ...ANCILLARY, protocol: 0x86dd })).toBe(0);
  });

  test.each([
    [96, 76],
    [21, 1],
    [20, 1],
    [1, 1],
  ])('of %i bytes to keep %i are behind the header', (snapLength, kept) => {
    const { instructions } = compileFilter('tcp', { linkType: LinkType.linuxSll2, snapLength });
    expect(keptLength(instructions)).toBe(snapLength);
    expect(keptLength(adaptForCookedSocket(instructions, LinkType.linuxSll2) ?? [])).toBe(kept);
  });

  test('on all interfaces: behind each kind of link header, and whole where that is not known', () => {
    const { instructions } = compileFilter('tcp dst port 80', { linkType: LinkType.linuxSll2, snapLength: 60 });
    const kinds = [
      { hardwareTypes: [1, 772], linkHeaderLength: 14 },
      { hardwareTypes: [768, 0xfffe], linkHeaderLength: 0 },
    ];
    const program = adaptForAllInterfaces(instructions, LinkType.linuxSll2, kinds) ?? [];
    const packet = fromHex(`${IPV4} ${TCP}`);
    const framed = Uint8Array.of(...new Uint8Array(14), ...packet);
    const judge = (hardwareType: number, bytes: Uint8Array) =>
      interpret(program, bytes, 0, bytes.length, bytes.length, { ...ANCILLARY, hardwareType });
    expect([1, 772].map((type) => judge(type, framed))).toEqual([0xffff_ffff, 0xffff_ffff]);
    expect([768, 0xfffe].map((type) => judge(type, packet))).toEqual([0xffff_ffff, 0xffff_ffff]);
    expect([judge(1, packet), judge(768, framed)]).toEqual([0, 0]);
    expect([judge(778, packet), judge(778, framed)]).toEqual([0xffff_ffff, 0xffff_ffff]);
  });

  test('says so where that cannot be', () => {
    expect(adapted('greater 100')).toBeUndefined();
    expect(adapted('link[12:4] = 0')).toBeUndefined();
    expect(adaptForCookedSocket(compileFilter('ip', ethernet).instructions, LinkType.ethernet)).toBeUndefined();
  });
});

describe('programs', () => {
  test('what they keep: one length, none, or more than one', () => {
    const returns = (...all: [code: number, k: number][]) =>
      keptLength(all.map(([code, k]) => ({ code, jt: 0, jf: 0, k })));
    expect(returns([0x06, 0], [0x06, 60], [0x06, 60])).toBe(60);
    expect(returns([0x06, 0])).toBe(0);
    expect(returns([0x06, 60], [0x06, 61])).toBeUndefined();
    expect(returns([0x06, 60], [0x16, 0])).toBeUndefined();
  });

  test('fields of one word are one test', () => {
    // 24 instructions from libpcap 1.10.3, 19 here.
    expect(disassemble(compileFilter('port 25', ethernet).instructions).trim().split('\n')).toHaveLength(19);
    expect(disassemble(compileFilter('vlan 100', ethernet).instructions)).toContain('and      #0xffff0fff');
  });

  test('protochain steps over AH of any length', () => {
    const authenticated = fromHex(
      `${MACS} 0800 4500 0028 0000 0000 4033 0000 0a000001 0a000002 3304 0000 ${'00'.repeat(20)} 0604 0000 ${'00'.repeat(20)} ${TCP}`,
    );
    expect(matches('ip protochain 6', authenticated)).toBe(true);
    expect(matches('ip protochain 17', authenticated)).toBe(false);
  });
});

describe('link-layer bytes', () => {
  test.each([0xffff_ff00, 0xffff_f004, 0x8000_0000, 0xffff_fffc])(
    'byte %i is outside of every frame, and no metadata of the kernel',
    (index) => {
      const { instructions, match } = compileFilter(`byte ${index} = 1`, ethernet);
      expect(instructions).toEqual(compileFilter(`ether[${index}] = 1`, ethernet).instructions);
      expect(usesAncillary(instructions)).toBe(false);
      expect(match(PLAIN)).toBe(0);
    },
  );
});

describe('BSD loopback', () => {
  test.each([LinkType.null, LinkType.loop])(
    'ip6 matches every family that the printer calls IPv6, link type %i',
    (linkType) => {
      const { match } = compileFilter('ip6', { linkType });
      const view = new LoopbackView();
      const families = Array.from({ length: 256 }, (_, family) => family);
      const frames = families.map((family) => Uint8Array.of(0, 0, 0, family, 0x60, ...new Uint8Array(39)));
      const printed = families.filter((family) => view.wrap(frames[family] ?? PLAIN, 0, 44) && view.isIpv6);
      expect(families.filter((family) => match(frames[family] ?? PLAIN) > 0)).toEqual(printed);
      expect(printed).toEqual([24, 28, 30]); // libpcap 1.10.3 and tcpdump 4.99 on a file
    },
  );
});
