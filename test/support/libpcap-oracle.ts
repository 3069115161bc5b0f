/**
 * Compares with libpcap: a small C program beside this file is built where a C compiler and libpcap's headers are
 * installed, and compiles and runs many filters at once. @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BpfInstruction } from '../../src/bpf/instruction.ts';
import { missing } from './peers.ts';

/** The source file, seen from here and from the compiled copy of this module in `build/`. */
const SOURCE = ['./libpcap-oracle.c', '../../../test/support/libpcap-oracle.c']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path)) as string;
const OUTPUT_LIMIT = 1 << 30;
/** Exit status of the C program on a machine where it cannot open a live handle. */
const NO_LIVE_HANDLE = 77;

export interface OracleQuery {
  readonly file: number;
  readonly expression: string;
  readonly netmask?: number;
  readonly snapLength?: number;
}

export type OracleAnswer =
  | { readonly ok: false; readonly message: string }
  | {
      readonly ok: true;
      readonly length: number;
      readonly plainLength: number;
      /** Verdicts of libpcap's optimised and of its plain program, one digit per packet. */
      readonly optimised: string;
      readonly plain: string;
      readonly program: readonly BpfInstruction[];
      readonly plainProgram: readonly BpfInstruction[];
    };

export interface OraclePacket {
  readonly bytes: Uint8Array;
  readonly wireLength: number;
}

export class LibpcapOracle {
  readonly #binary: string;

  private constructor(binary: string) {
    this.#binary = binary;
  }

  /** Builds the program. Returns undefined, with a warning, where that is not possible; in CI that is a failure. */
  static build(): LibpcapOracle | undefined {
    const binary = join(mkdtempSync(join(tmpdir(), 'tapline-oracle-')), 'libpcap-oracle');
    const built = spawnSync('gcc', ['-O2', '-o', binary, SOURCE, '-lpcap'], { encoding: 'utf8' });
    if (built.status === 0) return new LibpcapOracle(binary);
    if (process.env['CI'] === 'true') throw new Error(`libpcap oracle: needed in CI: ${built.stderr}`);
    process.stderr.write('\n*** SKIPPED: no C compiler or no libpcap headers, nothing compared with libpcap\n');
    return undefined;
  }

  /** Returns whether filters can be compiled for the file `live`; warns if not. In CI that is a failure. */
  hasLiveHandle(): boolean {
    const { status, stderr } = spawnSync(this.#binary, ['live'], { input: '', encoding: 'utf8' });
    if (status === NO_LIVE_HANDLE) missing(`a live handle of libpcap: ${stderr.trim()}`);
    else if (status !== 0) throw new Error(`libpcap oracle: ${status}: ${stderr}`);
    return status === 0;
  }

  /** Returns the packets of a capture, as libpcap reads them. */
  packets(path: string): readonly OraclePacket[] {
    return this.#run([`packets:${path}`], '').map((line) => {
      const [wireLength, hex = ''] = line.split(' ');
      return { wireLength: Number(wireLength), bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
    });
  }

  /** Returns the answers in the order of the queries. `files` are captures, `dead:DLT` or `live`. */
  ask(files: readonly string[], queries: readonly OracleQuery[]): readonly OracleAnswer[] {
    const input = queries.map(({ file, expression, netmask = 0, snapLength = 262_144 }) => {
      return `${file}\t${netmask.toString(16)}\t${snapLength}\t${expression.replace(/[\n\0]/g, ' ')}\n`;
    });
    return this.#run(files, input.join('')).map(readAnswer);
  }

  #run(args: readonly string[], input: string): string[] {
    const ran = spawnSync(this.#binary, args, { input, encoding: 'utf8', maxBuffer: OUTPUT_LIMIT });
    if (ran.status !== 0) throw new Error(`libpcap oracle: ${ran.status ?? ran.signal}: ${ran.stderr}`);
    return ran.stdout.split('\n').filter((line) => line !== '');
  }
}

function readAnswer(line: string): OracleAnswer {
  if (line.startsWith('E ')) return { ok: false, message: line.slice(2) };
  const [, length, plainLength, optimised = '', plain = '', program = '', plainProgram = ''] = line.split(' ');
  return {
    ok: true,
    length: Number(length),
    plainLength: Number(plainLength),
    optimised: optimised === '-' ? '' : optimised,
    plain: plain === '-' ? '' : plain,
    program: readProgram(program),
    plainProgram: readProgram(plainProgram),
  };
}

function readProgram(text: string): BpfInstruction[] {
  const instructions = text.split(';').filter((instruction) => instruction !== '');
  return instructions.map((instruction) => {
    const [code = 0, jt = 0, jf = 0, k = 0] = instruction.split(',').map(Number);
    return { code, jt, jf, k };
  });
}
