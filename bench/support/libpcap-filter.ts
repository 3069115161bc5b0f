/** Runs libpcap's `bpf_filter()` as a peer. Builds it from `libpcap-filter.c` when a compiler and headers exist. @module */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BpfInstruction } from '../../src/bpf/instruction.ts';
import type { FilterWorkload } from './filter-workload.ts';
import { ROOT } from './suite.ts';

export interface LibpcapTiming {
  /** Nanoseconds per frame; undefined when libpcap rejects the expression. */
  readonly time: number | undefined;
  readonly kept: number;
  readonly instructions: number;
}

/** An expression that libpcap compiles itself, or a program. */
export type LibpcapQuery = string | readonly BpfInstruction[];

export class LibpcapPeer implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tapline-bench-'));
  readonly #frames = join(this.#folder, 'frames');
  readonly #binary = join(this.#folder, 'libpcap-filter');

  private constructor(workload: FilterWorkload) {
    writeFileSync(this.#frames, encodeFrames(workload));
  }

  /** Builds the peer. Returns undefined, with a warning, when that is not possible. */
  static build(workload: FilterWorkload): LibpcapPeer | undefined {
    const peer = new LibpcapPeer(workload);
    const source = fileURLToPath(new URL('bench/support/libpcap-filter.c', ROOT));
    const compiler = process.env['CC'] ?? 'gcc';
    const built = spawnSync(compiler, ['-O2', '-o', peer.#binary, source, '-lpcap'], { encoding: 'utf8' });
    if (built.status === 0) return peer;
    process.stderr.write('no C compiler or libpcap headers; comparison with libpcap skipped\n');
    peer[Symbol.dispose]();
    return undefined;
  }

  /** Times the queries and returns one result for each. */
  time(queries: readonly LibpcapQuery[]): readonly LibpcapTiming[] {
    const input = queries.map((query) => `${encodeQuery(query)}\n`).join('');
    const run = spawnSync(this.#binary, [this.#frames], { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (run.status !== 0) throw new Error(`libpcap-filter: ${run.stderr}`);
    return run.stdout.trim().split('\n').map(decodeAnswer);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function encodeFrames({ frames }: FilterWorkload): Uint8Array {
  return Buffer.concat(
    frames.flatMap(({ bytes, wireLength }) => [new Uint8Array(Uint32Array.of(bytes.length, wireLength).buffer), bytes]),
  );
}

function encodeQuery(query: LibpcapQuery): string {
  if (typeof query === 'string') return `E ${query}`;
  return `P ${query.map(({ code, jt, jf, k }) => `${code},${jt},${jf},${k}`).join(';')}`;
}

function decodeAnswer(line: string): LibpcapTiming {
  const [time, kept, instructions] = line.split(' ');
  return { time: time === '-' ? undefined : Number(time), kept: Number(kept), instructions: Number(instructions) };
}
