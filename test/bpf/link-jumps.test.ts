/** Programs with jumps longer than one byte can encode, compared with the single tests. @module */
import { expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { validate } from '../../src/bpf/engine/validate.ts';
import { RandomSource } from '../support/random-source.ts';

const BYTES = 200;

test('long chains of conditions agree with their parts', () => {
  const random = new RandomSource(7);
  for (const optimize of [true, false]) {
    for (let round = 0; round < 20; round += 1) {
      const terms = Array.from({ length: 300 + random.below(600) }, () => ({
        offset: random.below(BYTES),
        value: random.below(256),
        and: random.below(2) === 0,
        not: random.oneIn(3),
      }));
      const text = terms
        .map(({ offset, value, and, not }, index) => {
          const link = index === 0 ? '' : and ? 'and ' : 'or ';
          return `${link}${not ? 'not ' : ''}ether[${offset}] > ${value}`;
        })
        .join(' ');
      const { instructions, match } = compileFilter(text, { linkType: LinkType.ethernet, optimize });
      validate(instructions);
      for (let packet = 0; packet < 20; packet += 1) {
        const bytes = Uint8Array.from({ length: BYTES }, () => random.below(256));
        let expected = false;
        for (const [index, { offset, value, and, not }] of terms.entries()) {
          const holds = (bytes[offset] ?? 0) > value !== not;
          if (index === 0) expected = holds;
          else expected = and ? expected && holds : expected || holds;
        }
        expect(match(bytes) > 0).toBe(expected);
      }
    }
  }
});
