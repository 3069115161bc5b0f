/**
 * How long it takes to make a filter ready, warm: text to program, and text to WebAssembly that can be called. The
 * address differs from one turn to the next, so that nothing is found in a cache of V8's. @module
 */
import { LinkType } from '../../src/base/link-type.ts';
import { webAssembly } from '../../src/base/web-assembly.ts';
import { compileFilter, compileToWasm } from '../../src/bpf/index.ts';
import { type BenchRow, type BenchSuite, measure } from '../support/suite.ts';

const PROGRAM = 'program';
const WITH_WASM = 'with wasm';

export const filterCompileSuite: BenchSuite = {
  name: 'filter-compile',
  about: 'microseconds a filter, warm; each with another host address',
  columns: [PROGRAM, WITH_WASM],
  async run() {
    const expressions = ['ip host', 'tcp port 25 and host', 'not (net 192.168.0.0/16 or port 22) and host'];
    const rows: BenchRow[] = [];
    for (const expression of expressions) rows.push(await compileRow(expression));
    return rows;
  },
};

const OPTIONS = { time: 400, warmupTime: 400 };

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
