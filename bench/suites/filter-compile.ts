/**
 * Times warm compilation of filters: from text to program, and from text to a callable WebAssembly function. The address
 * differs in each pass, so that no cache of V8 helps. @module
 */
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { compileToWasm } from '../../src/bpf/engine/wasm-engine.ts';
import { webAssembly } from '../../src/wasm/web-assembly.ts';
import { type BenchRow, type BenchSuite, measure } from '../support/suite.ts';

const PROGRAM = 'program';
const WITH_WASM = 'with wasm';

export const filterCompileSuite: BenchSuite = {
  name: 'filter-compile',
  about: 'microseconds per filter, warm; short filters with a new host address in each pass',
  columns: [PROGRAM, WITH_WASM],
  async run() {
    const expressions = ['ip host', 'tcp port 25 and host', 'not (net 192.168.0.0/16 or port 22) and host'];
    const rows: BenchRow[] = [];
    for (const expression of expressions) rows.push(await compileRow(expression));
    for (const { name, term, count } of LISTS) rows.push(await listRow(name, term, count));
    return rows;
  },
};

const OPTIONS = { time: 400, warmupTime: 400 };

/** Long lists. They exceed the limits of the kernel and of WebAssembly, so only compilation to a program is timed. */
const LISTS = [
  { name: '2,000 hosts', term: (number: number) => `host ${dotted(number)}`, count: 2_000 },
  { name: '2,000 source networks', term: (number: number) => `src net ${dotted(number & ~255)}/24`, count: 2_000 },
  { name: '2,000 TCP ports', term: (number: number) => `tcp port ${number & 0xffff}`, count: 2_000 },
  {
    name: '1,200 hosts with ports',
    term: (number: number) => `(host ${dotted(number)} and port ${number & 0xffff})`,
    count: 1_200,
  },
] as const;

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** Compiles a long list joined by `or`, with numbers spread over the whole range (Knuth's multiplicative hash). */
async function listRow(name: string, term: (number: number) => string, count: number): Promise<BenchRow> {
  const text = Array.from({ length: count }, (_, index) => term(Math.imul(index + 1, 0x9e37_79b1))).join(' or ');
  const compile = () => compileFilter(text, { linkType: LinkType.ethernet }).instructions.length;
  const time = await measure(1, compile, { time: 1_500, warmupTime: 1_500 });
  return { name: `${name} (${text.length} characters)`, values: { [PROGRAM]: time / 1000, [WITH_WASM]: undefined } };
}

let turn = 0;

async function compileRow(expression: string): Promise<BenchRow> {
  const compile = () => {
    turn = (turn + 1) % 0xffff;
    return compileFilter(`${expression} 10.1.${turn >> 8}.${turn & 0xff}`, { linkType: LinkType.ethernet })
      .instructions;
  };
  const api = webAssembly();
  const memory = api === undefined ? undefined : new api.Memory({ initial: 1 });
  const program = await measure(1, () => compile().length, OPTIONS);
  const withWasm =
    memory === undefined ? undefined : await measure(1, () => compileToWasm(compile(), memory).match.length, OPTIONS);
  const microseconds = (time: number | undefined) => (time === undefined ? undefined : time / 1000);
  return {
    name: `${expression} 10.1.x.y`,
    values: { [PROGRAM]: microseconds(program), [WITH_WASM]: microseconds(withWasm) },
  };
}
