/** Expressions with many intermediate results, long code and nested tunnels. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { validate } from '../../src/bpf/engine/validate.ts';
import { BpfClass } from '../../src/bpf/instruction.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { RandomSource } from '../support/random-source.ts';

const HEADER = 14;
const LENGTH = 120;

/** An Ethernet frame with an IPv4 header of 20 bytes and random TCP (RFC 894, RFC 791). */
function randomFrame(random: RandomSource): Uint8Array {
  const frame = Uint8Array.from({ length: LENGTH }, () => random.below(256));
  frame.set([8, 0, 0x45], 12);
  frame.set([0, 0], 20);
  frame[23] = 6;
  return frame;
}

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => (left + right) >>> 0,
  '-': (left, right) => (left - right) >>> 0,
  '*': (left, right) => Math.imul(left, right) >>> 0,
  '|': (left, right) => (left | right) >>> 0,
};

/** Compiles `arithmetic = value`, which must be a valid program that accepts the frame, and one with another value. */
function expectValue(arithmetic: string, value: number, frame: Uint8Array): void {
  for (const optimize of [true, false]) {
    const options = { linkType: LinkType.ethernet, optimize };
    const right = compileFilter(`${arithmetic} = ${value}`, options);
    validate(right.instructions);
    expect(right.match(frame)).toBeGreaterThan(0);
    expect(compileFilter(`${arithmetic} = ${(value ^ 1) >>> 0}`, options).match(frame)).toBe(0);
  }
}

describe('arithmetic of many terms', () => {
  const random = new RandomSource(5);

  test.each([
    ['+', 'ip', 19, false],
    ['+', 'ip', 101, false],
    ['+', 'ip', 256, false],
    ['-', 'ip', 101, false],
    ['*', 'tcp', 40, false],
    ['+', 'tcp', 101, false],
    ['-', 'tcp', 101, false],
    ['-', 'ip', 60, true],
    ['|', 'tcp', 60, true],
    ['-', 'tcp', 60, true],
  ])('%s over bytes of %s, %i terms, nested to the right: %s', (operator, protocol, terms, toTheRight) => {
    const start = HEADER + (protocol === 'tcp' ? 20 : 0);
    const apply = OPERATIONS[operator] as (left: number, right: number) => number;
    for (let round = 0; round < 2; round += 1) {
      const frame = randomFrame(random);
      const indices = Array.from({ length: terms }, () => random.below(20));
      const bytes = indices.map((index) => frame[start + index] ?? 0);
      const texts = indices.map((index) => `${protocol}[${index}]`);
      const text = toTheRight ? `${texts.join(` ${operator} (`)}${')'.repeat(terms - 1)}` : texts.join(` ${operator} `);
      const value = toTheRight
        ? bytes.reduceRight((sum, byte) => apply(byte, sum))
        : bytes.reduce((sum, byte) => apply(sum, byte));
      expectValue(text, value, frame);
    }
  });

  test('balanced trees', () => {
    const frame = randomFrame(random);
    const tree = (depth: number): { text: string; value: number } => {
      const index = random.below(20);
      if (depth === 0) return { text: `tcp[${index}]`, value: frame[HEADER + 20 + index] ?? 0 };
      const [left, right] = [tree(depth - 1), tree(depth - 1)];
      return { text: `(${left.text} - ${right.text})`, value: (left.value - right.value) >>> 0 };
    };
    const { text, value } = tree(7);
    expectValue(text, value, frame);
  });

  test('a left-associative sum of loads needs no scratch memory', () => {
    const { instructions } = compileFilter('ip[0] + ip[1] + ip[2] + ip[3] = 5', { linkType: LinkType.ethernet });
    expect(instructions.filter(({ code }) => (code & 7) === BpfClass.st)).toEqual([]);
  });
});

test('long jumps, also over code without a jump', () => {
  const random = new RandomSource(6);
  for (let round = 0; round < 10; round += 1) {
    const frame = randomFrame(random);
    const terms = Array.from({ length: 20 }, () => {
      const count = random.oneIn(4) ? 20 + random.below(200) : 1;
      const indices = Array.from({ length: count }, () => random.below(20));
      const sum = indices.reduce((total, index) => total + (frame[HEADER + index] ?? 0), 0);
      const isEqual = random.oneIn(2);
      const text = `${indices.map((index) => `ip[${index}]`).join('+')} = ${isEqual ? sum : sum + 1}`;
      return { text, isEqual, isAnd: random.oneIn(2) };
    });
    const text = terms.map((term, index) => `${index === 0 ? '' : term.isAnd ? 'and ' : 'or '}${term.text}`).join(' ');
    const expected = terms.reduce(
      (result, { isEqual, isAnd }, index) => (index === 0 ? isEqual : isAnd ? result && isEqual : result || isEqual),
      false,
    );
    for (const optimize of [true, false]) {
      const { instructions, match } = compileFilter(text, { linkType: LinkType.ethernet, optimize });
      validate(instructions);
      expect(match(frame) > 0).toBe(expected);
    }
  }
});

/** IPv4, UDP to port 6081 and Geneve without options (RFC 8926, 3.4), `depth` times around IPv4 and UDP to port 53. */
function nestedGeneve(depth: number): Uint8Array {
  const ipv4 = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
  const frame = [...new Uint8Array(12), 8, 0, ...ipv4];
  for (let level = 0; level < depth; level += 1) {
    frame.push(0, 9, 6081 >> 8, 6081 & 255, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, level, 0, ...ipv4);
  }
  return Uint8Array.of(...frame, 0, 9, 0, 53, 0, 0, 0, 0);
}

describe('nested tunnels', () => {
  test.each([1, 4, 5, 16])('geneve %i deep', (depth) => {
    const words = Array.from({ length: depth }, (_, level) => `geneve ${level}`);
    for (const optimize of [true, false]) {
      const options = { linkType: LinkType.ethernet, optimize };
      const { instructions, match } = compileFilter(`${words.join(' and ')} and udp port 53`, options);
      validate(instructions);
      expect(match(nestedGeneve(depth))).toBeGreaterThan(0);
      expect(match(nestedGeneve(depth + 1))).toBe(0);
      expect(match(nestedGeneve(depth - 1))).toBe(0);
      const other = compileFilter(`${words.join(' and ')} and udp port 54`, options);
      expect(other.match(nestedGeneve(depth))).toBe(0);
    }
  });

  test('more than 16 are rejected without compiling', () => {
    for (const word of ['geneve', 'vxlan']) {
      const text = Array.from({ length: 2_000 }, () => word).join(' and ');
      expect(() => compileFilter(text, { linkType: LinkType.ethernet })).toThrow(FilterError);
      expect(() => compileFilter(text, { linkType: LinkType.ethernet })).toThrow('more than 16 tunnels');
    }
  });
});
