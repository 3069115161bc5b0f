/**
 * `npm run bench [-- SUITE …] [--baseline]`: micro benchmarks in one process, without privilege. Writes the results to
 * `bench/results/NAME.json` and prints changes against `bench/results/baseline/NAME.json`; `--baseline` writes a new
 * baseline instead. @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { filterCompileSuite } from './suites/filter-compile.ts';
import { filterEnginesSuite } from './suites/filter-engines.ts';
import { flightRecorderSuite } from './suites/flight-recorder.ts';
import { packetLineSuite } from './suites/packet-line.ts';
import { pcapReaderSuite } from './suites/pcap-reader.ts';
import { pcapWriterSuite } from './suites/pcap-writer.ts';
import { ringWalkSuite } from './suites/ring-walk.ts';
import { type BenchRow, type BenchSuite, consumedWork, ROOT } from './support/suite.ts';

const SUITES: readonly BenchSuite[] = [
  filterEnginesSuite,
  filterCompileSuite,
  pcapReaderSuite,
  pcapWriterSuite,
  packetLineSuite,
  ringWalkSuite,
  flightRecorderSuite,
];

const RESULTS = new URL('bench/results/', ROOT);
const BASELINE = new URL('baseline/', RESULTS);

interface Report {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly about: string;
  readonly rows: readonly BenchRow[];
}

const NAME_WIDTH = 44;
const VALUE_WIDTH = 14;

function printRows(suite: BenchSuite, rows: readonly BenchRow[], baseline: Report | undefined): void {
  console.log(`\n${suite.name}: ${suite.about}`);
  console.log(''.padEnd(NAME_WIDTH) + suite.columns.map((column) => column.padStart(VALUE_WIDTH)).join(''));
  for (const row of rows) {
    const before = baseline?.rows.find((candidate) => candidate.name === row.name)?.values;
    const cells = suite.columns.map((column) => cell(row.values[column], before?.[column]).padStart(VALUE_WIDTH));
    console.log(row.name.slice(0, NAME_WIDTH - 1).padEnd(NAME_WIDTH) + cells.join(''));
  }
}

/** Formats a number, with its change against the baseline when that is 10 % or more. */
function cell(value: number | undefined, before: number | undefined): string {
  if (value === undefined) return '-';
  const text = value < 10 ? value.toFixed(2) : value.toFixed(1);
  if (before === undefined || before === 0) return text;
  const change = Math.round((value / before - 1) * 100);
  return Math.abs(change) < 10 ? text : `${text} ${change > 0 ? '+' : ''}${change}%`;
}

function readBaseline(name: string): Report | undefined {
  const file = new URL(`${name}.json`, BASELINE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
}

async function main(words: readonly string[]): Promise<void> {
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = names.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    throw new Error(`unknown suite ${unknown}; suites: ${SUITES.map((suite) => suite.name).join(', ')}`);
  }
  const folder = words.includes('--baseline') ? BASELINE : RESULTS;
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, kernel: release(), processor: cpus()[0]?.model, cores: cpus().length };
  for (const suite of SUITES) {
    if (names.length > 0 && !names.includes(suite.name)) continue;
    const rows = await suite.run();
    printRows(suite, rows, readBaseline(suite.name));
    const report: Report = { machine, about: suite.about, rows };
    writeFileSync(new URL(`${suite.name}.json`, folder), `${JSON.stringify(report, null, 2)}\n`);
  }
  console.log(`\n(work done: ${consumedWork()})`);
}

await main(process.argv.slice(2));
