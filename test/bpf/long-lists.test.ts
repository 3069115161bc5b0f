/** Filters of thousands of terms: what they match, how long they become, and how much work they make. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { lower } from '../../src/bpf/compile/lower.ts';
import { ValueTable } from '../../src/bpf/compile/value.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { createEngine, kernelRefusal } from '../../src/bpf/engine/create-engine.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { parseFilter } from '../../src/bpf/language/parse.ts';
import { type Facts, RangeFacts } from '../../src/bpf/optimize/facts.ts';
import { Graph, type TestNode } from '../../src/bpf/optimize/graph.ts';
import { threadJumps } from '../../src/bpf/optimize/thread.ts';
import { fromHex } from '../support/hex.ts';
import { randomFilter } from '../support/random-filter.ts';
import { randomPacket } from '../support/random-packet.ts';
import { RandomSource } from '../support/random-source.ts';

const ethernet = { linkType: LinkType.ethernet };

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

function randomAddress(random: RandomSource): number {
  return ((random.below(0x1_0000) << 16) | random.below(0x1_0000)) >>> 0;
}

/** A first fragment of IPv4 with TCP (RFC 791, RFC 9293), or an ARP packet (RFC 826). */
function frameOf(kind: 'tcp' | 'arp', source: number, destination: number, port = 0): Uint8Array {
  const header = kind === 'tcp' ? '0800 4500 0028 0000 0000 4006 0000' : '0806 0001 0800 06 04 0001 020000000001';
  const bytes = new Uint8Array(60);
  bytes.set(fromHex(`020000000002 020000000001 ${header}`));
  const view = new DataView(bytes.buffer);
  view.setUint32(kind === 'tcp' ? 26 : 28, source);
  view.setUint32(kind === 'tcp' ? 30 : 38, destination);
  if (kind === 'tcp') view.setUint16(36, port);
  return bytes;
}

describe('lists that people have', () => {
  const random = new RandomSource(50);
  const hosts = Array.from({ length: 2_200 }, () => randomAddress(random));
  const others = Array.from({ length: 100 }, () => randomAddress(random));

  test('thousands of hosts', () => {
    const text = hosts.map((address) => `host ${dotted(address)}`).join(' or ');
    expect(text.length).toBeGreaterThan(48_000);
    const { instructions, match } = compileFilter(text, ethernet);
    // One comparison for the source and one for the destination, IPv4 and ARP together, with steps for far jumps.
    expect(instructions.length).toBeLessThan(3.1 * hosts.length);
    for (const kind of ['tcp', 'arp'] as const) {
      for (const address of [...hosts.filter((_, index) => index % 50 === 0), ...others]) {
        const expected = hosts.includes(address);
        expect(match(frameOf(kind, address, 1)) > 0).toBe(expected);
        expect(match(frameOf(kind, 1, address)) > 0).toBe(expected);
      }
    }
  });

  test('programs that are too long for the kernel are judged here', () => {
    const text = hosts.map((address) => `host ${dotted(address)}`).join(' or ');
    const { instructions } = compileFilter(text, ethernet);
    expect(kernelRefusal(instructions)).toBe(`the kernel accepts 4096 instructions, not ${instructions.length}`);
    const engine = createEngine(instructions, { engine: 'kernel' });
    expect(engine).toMatchObject({ kind: 'interpreter', attach: false });
    const frame = frameOf('tcp', hosts[2_000] ?? 0, 1);
    expect(engine.run(frame, 0, frame.length, frame.length)).toBe(262_144);
  });

  test('thousands of hosts that are not wanted', () => {
    const text = hosts.map((address) => `not host ${dotted(address)}`).join(' and ');
    const { instructions, match } = compileFilter(text, ethernet);
    expect(instructions.length).toBeLessThan(3.1 * hosts.length);
    for (const address of [...hosts.filter((_, index) => index % 50 === 0), ...others]) {
      expect(match(frameOf('tcp', 1, address)) > 0).toBe(!hosts.includes(address));
    }
  });

  test('thousands of networks', () => {
    const text = hosts.map((address) => `src net ${dotted(address & 0xffff_ff00)}/24`).join(' or ');
    const { instructions, match } = compileFilter(text, ethernet);
    expect(instructions.length).toBeLessThan(1.2 * hosts.length);
    const networks = new Set(hosts.map((address) => address >>> 8));
    for (const address of [...hosts.slice(0, 50).map((host) => (host ^ 0x55) >>> 0), ...others]) {
      expect(match(frameOf('tcp', address, 1)) > 0).toBe(networks.has(address >>> 8));
    }
  });

  test('thousands of ports', () => {
    const ports = Array.from({ length: 2_000 }, () => random.below(0x1_0000));
    const text = ports.map((port) => `tcp dst port ${port}`).join(' or ');
    const { instructions, match } = compileFilter(text, ethernet);
    expect(instructions.length).toBeLessThan(1.2 * ports.length);
    for (let port = 0; port < 0x1_0000; port += 97) {
      expect(match(frameOf('tcp', 1, 2, port)) > 0).toBe(ports.includes(port));
    }
  });

  test('hosts with ports of their own', () => {
    const pairs = hosts.slice(0, 1_300).map((address) => ({ address, port: random.below(0x1_0000) }));
    const text = pairs.map(({ address, port }) => `(dst ${dotted(address)} and tcp dst port ${port})`).join(' or ');
    expect(text.length).toBeGreaterThan(50_000);
    const { match } = compileFilter(text, ethernet);
    for (const [index, { address, port }] of pairs.entries()) {
      if (index % 20 !== 0) continue;
      expect(match(frameOf('tcp', 1, address, port))).toBeGreaterThan(0);
      expect(match(frameOf('tcp', 1, address, (port + 1) & 0xffff))).toBe(0);
    }
  });
});

test('a long list means what its parts in parentheses mean, on cut packets too', () => {
  const random = new RandomSource(77);
  const verdicts = (text: string, packets: readonly Uint8Array[]): readonly number[] | string => {
    try {
      const { match } = compileFilter(text, { ...ethernet, optimize: false });
      return packets.map((packet) => match(packet));
    } catch (error) {
      return (error as FilterError).code;
    }
  };
  /** A filter by itself that moves nothing for those after it. */
  const term = (): string => {
    for (;;) {
      const text = randomFilter(random, 0);
      if (/vlan|mpls|pppo|geneve|vxlan/.test(text)) continue;
      try {
        // Not one that lets nothing through, which would make long lists of "and" impossible.
        compileFilter(text, ethernet);
        compileFilter(`not (${text})`, ethernet);
        return `(${text})`;
      } catch (error) {
        expect(error).toBeInstanceOf(FilterError);
      }
    }
  };
  let compared = 0;
  for (let round = 0; round < 60; round += 1) {
    const isAny = random.below(2) === 0;
    const terms = Array.from({ length: 60 }, () => `${isAny ? '' : 'not '}${term()}`);
    const operator = isAny ? ' or ' : ' and ';
    const groups = [0, 1, 2, 3].map((group) => `(${terms.slice(group * 15, group * 15 + 15).join(operator)})`);
    const packets = Array.from({ length: 60 }, () => randomPacket(random, LinkType.ethernet));
    const flat = verdicts(terms.join(operator), packets);
    expect(flat).toEqual(verdicts(groups.join(operator), packets));
    if (typeof flat !== 'string') compared += new Set(flat).size;
  }
  // Both verdicts came up in most of them.
  expect(compared).toBeGreaterThan(60);
});

describe('work is bounded', () => {
  /** Counts what jump threading asks of what it knows. */
  class CountingFacts implements Facts<CountingFacts> {
    static asked = 0;
    readonly #facts: RangeFacts;

    constructor(facts: RangeFacts) {
      this.#facts = facts;
    }

    outcome(tested: TestNode): boolean | undefined {
      CountingFacts.asked += 1;
      return this.#facts.outcome(tested);
    }

    covers(...[value]: Parameters<RangeFacts['covers']>): boolean {
      return this.#facts.covers(value);
    }

    afterTest(tested: TestNode, outcome: boolean): CountingFacts {
      return new CountingFacts(this.#facts.afterTest(tested, outcome));
    }

    afterLoad(...[value]: Parameters<RangeFacts['afterLoad']>): CountingFacts {
      return new CountingFacts(this.#facts.afterLoad(value));
    }

    afterAssign(...[variable, value]: Parameters<RangeFacts['afterAssign']>): CountingFacts {
      return new CountingFacts(this.#facts.afterAssign(variable, value));
    }

    meet(other: CountingFacts): CountingFacts {
      return new CountingFacts(this.#facts.meet(other.#facts));
    }
  }

  /** Nodes of the plain graph, and questions in one round of threading. */
  function workOf(text: string): { readonly nodes: number; readonly asked: number } {
    const values = new ValueTable();
    const graph = new Graph(values, 1_000_000);
    const options = {
      ...ethernet,
      netmask: 0,
      strict: false,
      live: false,
      resolver: {},
      joinFamilies: false,

      asLibpcap: false,
    };
    const { predicate } = lower(text, parseFilter(text), values, options);
    const root = graph.build(predicate, graph.accept, graph.reject);
    CountingFacts.asked = 0;
    threadJumps(graph, root, new CountingFacts(RangeFacts.atStart([])));
    return { nodes: graph.reachable(root).length, asked: CountingFacts.asked };
  }

  test('twice the alternatives make twice the work', () => {
    const text = (length: number) =>
      Array.from({ length }, (_, index) => `(tcp[${index & 1023}] = ${index & 255} and not udp)`).join(' or ');
    const few = workOf(text(800));
    const many = workOf(text(1_600));
    expect(few.nodes).toBeGreaterThan(1_000);
    expect(many.asked).toBeLessThan(2.2 * few.asked);
  });

  test('a list of hosts looks at the EtherType once', () => {
    const text = Array.from({ length: 1_000 }, (_, index) => `host 10.0.${index >> 8}.${index & 255}`).join(' or ');
    // Source and destination of IPv4, ARP and RARP, three EtherTypes, two ends.
    expect(workOf(text).nodes).toBe(6 * 1_000 + 3 + 2);
  });

  const TOO_MUCH: readonly (readonly [string, string])[] = [
    ['a long sum', `len = ${'1 + '.repeat(15_000)}1`],
    ['a long product of lengths', `len = ${'len*'.repeat(15_000)}len`],
    ['sums inside sums', `${'('.repeat(200)}1${`${'+1'.repeat(100)})`.repeat(200)} = len`],
    ['thousands of tunnels', Array(8_000).fill('geneve').join(' or ')],
    ['thousands of chains of headers', Array(4_600).fill('protochain 6').join(' or ')],
    ['thousands of conditions', Array(9_000).fill('tcp').join(' and ')],
  ];
  test.each(TOO_MUCH)('refused: %s', (_, text) => {
    expect(() => compileFilter(text, ethernet)).toThrow(FilterError);
    expect(() => compileFilter(text, ethernet)).toThrow(expect.objectContaining({ code: 'FILTER_LIMIT' }));
  });
});
