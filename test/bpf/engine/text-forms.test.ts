import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../src/bpf/engine/assemble.ts';
import { disassemble } from '../../../src/bpf/engine/disassemble.ts';
import { ProgramError } from '../../../src/bpf/engine/program-error.ts';
import { programs } from '../../support/bpf-programs.ts';
import { requirePeer } from '../../support/peers.ts';

describe('disassemble', () => {
  // The programs of these expressions have every kind of operand.
  const EXPRESSIONS = [
    'ip',
    'tcp port 25 and host 10.1.1.1',
    'not (net 192.168.0.0/16 or port 22)',
    'ip6 protochain 6',
    'geneve 0xb and tcp',
    'ip[2:2] - (ip[0] & 0xf) * 4 - ((tcp[12] & 0xf0) >> 2) > 0',
    'ip[2:2] / 3 % 5 ^ 7 = len',
    'ip[0] << ip[1] >> ip[2] = -len',
    'ip[0] | ip[1] & ip[2] * ip[3] / ip[4] % ip[5] ^ ip[6] >= ip[7]',
    'inbound',
    'less 100 or greater 1400',
    'ether[ip[0]:4] > 5',
  ];

  test.each(EXPRESSIONS)('prints %s as tcpdump does, in all three forms', (expression) => {
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined) return;
    const print = (form: string): string =>
      spawnSync(tcpdump, ['-y', 'EN10MB', form, '--', expression], { encoding: 'utf8' }).stdout;
    const program = assemble(print('-ddd'), { backwardJumps: true });
    expect(program.length).toBeGreaterThan(1);
    expect(disassemble(program)).toBe(print('-d'));
    expect(disassemble(program, 'c')).toBe(print('-dd'));
    expect(disassemble(program, 'decimal')).toBe(print('-ddd'));
  });

  test('ancillary loads have the names of libpcap’s bpf_image()', () => {
    const program = [0, 4, 8, 28, 44, 48, 56, 60].map((k) => ({ code: 0x30, jt: 0, jf: 0, k: 0xffff_f000 + k }));
    const names = disassemble(program).match(/\[\w+\]/g);
    expect(names).toEqual([
      '[proto]',
      '[type]',
      '[ifidx]',
      '[hatype]',
      '[vlan_tci]',
      '[vlanp]',
      '[random]',
      '[vlan_tpid]',
    ]);
  });

  test('prints invalid instructions', () => {
    expect(disassemble([{ code: 0xffff, jt: 0, jf: 0, k: 0 }])).toBe('(000) unimp    0xffff\n');
  });
});

describe('assemble', () => {
  test.each(['text', 'c', 'decimal'] as const)('reads back what disassemble prints as %s', (form) => {
    fc.assert(
      fc.property(programs({ ancillary: true, backwardJumps: true }), (program) => {
        expect(assemble(disassemble(program, form), { backwardJumps: true })).toEqual(program);
      }),
      { numRuns: 300 },
    );
  });

  // Linux, Documentation/networking/filter.rst: the source of the ARP filter and what `bpf_asm` prints for it.
  test('the example of the kernel documentation', () => {
    const arp = 'ldh [12]\njne #0x806, drop\nret #-1\ndrop: ret #0\n';
    const printed = '4,40 0 0 12,21 0 1 2054,6 0 0 4294967295,6 0 0 0,';
    expect(disassemble(assemble(arp), 'decimal').trim().replaceAll('\n', ',')).toBe(printed.slice(0, -1));
    expect(assemble(printed)).toEqual(assemble(arp));
  });

  test('aliases, comments, labels on lines of their own', () => {
    const program = assemble(`
      ; everything that bpf_asm writes otherwise
      start:
        ldx 4*([14]&0xf)
        ldi #1
        jlt #10, low
        jmp out
      low: ld len ; the length
        jle #20, out, start2
      start2: ld #vlan_tci
      out: ret %a
    `);
    const expected = [
      [0xb1, 0, 0, 14],
      [0x00, 0, 0, 1],
      [0x35, 0, 1, 10],
      [0x05, 0, 0, 3],
      [0x80, 0, 0, 0],
      [0x25, 0, 1, 20],
      [0x20, 0, 0, 0xffff_f02c],
      [0x16, 0, 0, 0],
    ];
    expect(program.map(({ code, jt, jf, k }) => [code, jt, jf, k])).toEqual(expected);
  });

  test.each([
    ['', /empty/],
    ['2\n6 0 0 0\n', /says 2/],
    ['1\n6 0 0\n', /line 2: expected four numbers/],
    ['{ 6, 0, 0 },', /line 1: expected \{/],
    ['ret #1\nfrob #2\nret #0', /line 2: unknown instruction frob/],
    ['ld [banana]\nret #0', /line 1: cannot read the operand "\[banana\]"/],
    ['tax #1\nret #0', /line 1: tax does not take "#1"/],
    ['jeq #1\nret #0', /line 1: jeq needs a target/],
    ['jeq #1, nowhere\nret #0', /unknown label "nowhere"/],
    ['a: ret #0\na: ret #0', /line 2: duplicate label "a"/],
    ['ld #0x100000000\nret #0', /does not fit in 32 bits/],
    ['ret #0\nback: ret #0\njeq #1, back\nret #0', /-2 instructions away/],
    ['ld #1', /not a return/],
  ])('%j is refused with a reason', (text, message) => {
    expect(() => assemble(text)).toThrow(ProgramError);
    expect(() => assemble(text)).toThrow(message);
  });

  test('any text yields a program or a ProgramError', () => {
    const words = fc.constantFrom(
      'ld',
      'jeq',
      '#1',
      '[',
      ']',
      'x',
      '+',
      ',',
      ':',
      '{',
      '}',
      '\n',
      'jt',
      'jf',
      '7',
      'M[',
      'ret',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          assemble(source);
        } catch (error) {
          expect(error).toBeInstanceOf(ProgramError);
        }
      }),
    );
  });
});
