/** A lab, files and texts that attack a terminal, and the check that a command's output is harmless. @module */
import { copyFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createLab, type Lab, type LabHost, twoHosts } from '../../src/lab/index.ts';
import { buildBlock, buildPcap, joinBytes, packFields } from './capture-file.ts';
import { TestFolder } from './capture-lab.ts';
import { LabProcess } from './lab-process.ts';
import { ethernet, icmp4, ipv4, quoteOf, tcp, udp } from './made-frames.ts';
import { RandomSource } from './random-source.ts';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Milliseconds after which a program counts as hanging and is killed. */
const LIMIT = 30_000;
const KILLED = -2;

/** A C0 and a C1 sequence, single controls, DEL, bidirectional controls, a line separator, a forged line. */
export const TEXT = 'x\u001b[31m\u0007\r\b\u007f\u0085\u009b2J\u202e\u2066\u2028\nFORGED';
/** The name of an interface: 15 bytes at most, and no white space (net/core/dev.c, dev_valid_name). */
export const NAME = 'e\u001b[3m\u009b2J\u202e';
/** What is seen of both: the C1 sequence, which JSON.stringify does not escape, in visible form or escaped in JSON. */
export const VISIBLE = /M-\^\[2J|\\u009b2J/;

/** Unicode categories Cc and Cs, and the bidirectional controls of UAX #9. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u;

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Fails when `text` holds anything that a terminal acts on, except line feed and tab, or a line that was forged. */
export function expectHarmless(text: string, what: string): void {
  const kept = text.replaceAll(/[\n\t]/g, '');
  const at = kept.search(FORBIDDEN);
  expect(at < 0 ? '' : JSON.stringify(kept.slice(Math.max(0, at - 60), at + 20)), what).toBe('');
  expect(/^FORGED/m.test(text), what).toBe(false);
}

/** Two hosts on two wires; on one of them `left` has an interface called `NAME`, and `right` one called `eth1`. */
export class HostileLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly host: LabHost;
  readonly folder = new TestFolder();

  private constructor(lab: Lab) {
    this.lab = lab;
    this.host = lab.host('left');
    const frames = hostileFrames();
    const records = frames.map((frame) => [1, 0, frame.length, frame.length, frame] as const);
    const file = (name: string): string => this.folder.file(name);
    writeFileSync(file('frames.pcap'), buildPcap({ records }));
    copyFileSync(file('frames.pcap'), file(`${TEXT}.pcap`));
    writeFileSync(file(`cut ${TEXT}`), buildPcap({ records }).subarray(0, 100));
    writeFileSync(file('options.pcapng'), hostilePcapng(frames[0] ?? new Uint8Array(60)));
    writeFileSync(file(`none ${TEXT}`), TEXT);
  }

  static async create(): Promise<HostileLab> {
    const plan = twoHosts();
    const ends = [
      { host: 'left', interface: NAME, addresses: ['10.99.0.1/24', 'fe80::1/64'] },
      { host: 'right', interface: 'eth1', addresses: ['10.99.0.2/24', 'fe80::2/64'] },
    ] as const;
    return new HostileLab(await createLab({ ...plan, wires: [...plan.wires, { ends }] }));
  }

  /** Runs a program; standard output has to be UTF-8, which a lone byte of C1 is not. */
  async run(command: string, words: readonly string[]): Promise<Outcome> {
    await using program = new LabProcess(this.host, command, words);
    const timer = setTimeout(() => program.signal('SIGKILL'), LIMIT);
    const status = await program.exit();
    clearTimeout(timer);
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { stdout: decoder.decode(program.standardOutput), stderr: program.standardError, status };
  }

  /**
   * Runs tapline, whose output has to be harmless.
   * @param words `FILE` and `OUT` are replaced by the path of a capture and of a file to write
   * @param shows what the output has to show; the hostile text by default
   */
  async check(words: readonly string[], shows = VISIBLE): Promise<Outcome> {
    const paths: Readonly<Record<string, string>> = {
      FILE: this.folder.file('frames.pcap'),
      OUT: this.folder.file('out'),
    };
    const what = JSON.stringify(words);
    const outcome = await this.run(process.execPath, [MAIN, ...words.map((word) => paths[word] ?? word)]);
    expect(outcome.status, what).not.toBe(KILLED);
    expectHarmless(outcome.stdout, what);
    expectHarmless(outcome.stderr, what);
    expect(outcome.stdout + outcome.stderr, what).toMatch(shows);
    return outcome;
  }

  /** Checks all of these, two at a time. */
  async checkAll(cases: readonly (readonly string[])[], shows = VISIBLE): Promise<void> {
    const rest = [...cases];
    const work = async (): Promise<void> => {
      for (let words = rest.shift(); words !== undefined; words = rest.shift()) await this.check(words, shows);
    };
    await Promise.all([work(), work()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.folder[Symbol.dispose]();
    await this.lab.close();
  }
}

/** Payloads of every byte value in protocols whose text is printed, and the same frames damaged. */
export function hostileFrames(): Uint8Array[] {
  const every = Uint8Array.from({ length: 512 }, (_, index) => index >> 1);
  const words = joinBytes(Buffer.from(TEXT.replace('\nFORGED', ' ')), every, Buffer.from('\r\n'));
  const label = joinBytes(Uint8Array.of(16), Buffer.from('\u001b[2J\u0007\u007f\u009b3m\u202e\n'));
  const question = joinBytes(Buffer.from('123401000001000000000000', 'hex'), label, Uint8Array.of(0, 0, 16, 0, 1));
  const answer = Buffer.from('123484000001000100000000', 'hex');
  const record = joinBytes(Buffer.from('c00c001000010000000000', 'hex'), Uint8Array.of(17, 16), label.subarray(1));
  const frames = [
    ...[21, 25, 80, 110, 143].map((port) => ipv4(6, tcp({ destinationPort: port, payload: words }))),
    ipv4(6, tcp({ sourcePort: 25, payload: words })),
    ipv4(17, udp(4000, 53, question)),
    ipv4(17, udp(53, 4000, joinBytes(answer, question.subarray(12), record))),
    ipv4(17, udp(4000, 514, words)),
    ethernet(0x88cc, words),
  ];
  frames.push(ipv4(1, icmp4(3, 3, joinBytes(new Uint8Array(4), quoteOf(frames[0] ?? every, 300)))));
  const random = new RandomSource(17);
  const damaged = frames.flatMap((frame) =>
    Array.from({ length: 20 }, () => {
      const copy = frame.slice();
      for (let edit = 0; edit < 4; edit += 1) copy[random.below(copy.length)] = random.below(256);
      return copy;
    }),
  );
  return [...frames, ...damaged];
}

/** A PCAPNG file with hostile text in every block: section, interface, names, packet, statistics. */
function hostilePcapng(frame: Uint8Array): Uint8Array {
  const option = (code: number): Uint8Array => {
    const text = Buffer.from(TEXT);
    return joinBytes(
      packFields([
        [2, code],
        [2, text.length],
      ]),
      text,
      new Uint8Array(-text.length & 3),
    );
  };
  const end = new Uint8Array(4);
  const section = packFields([
    [4, 0x1a2b3c4d],
    [2, 1],
    [2, 0],
    [4, 0xffff_ffff],
    [4, 0xffff_ffff],
  ]);
  const link = packFields([
    [2, 1],
    [2, 0],
    [4, 0],
  ]);
  const packet = packFields([
    [4, 0],
    [4, 0],
    [4, 0],
    [4, frame.length],
    [4, frame.length],
  ]);
  const name = joinBytes(Uint8Array.of(10, 1, 1, 1), Buffer.from(`${TEXT}\0`));
  const names = joinBytes(
    packFields([
      [2, 1],
      [2, name.length],
    ]),
    name,
    new Uint8Array(-name.length & 3),
    end,
  );
  return joinBytes(
    buildBlock(0x0a0d0d0a, joinBytes(section, option(1), option(2), option(3), option(4), end)),
    buildBlock(1, joinBytes(link, option(1), option(2), option(3), option(12), option(15), end)),
    buildBlock(4, joinBytes(names, option(2), end)),
    buildBlock(6, joinBytes(packet, frame, new Uint8Array(-frame.length & 3), option(1), end)),
    buildBlock(
      5,
      joinBytes(
        packFields([
          [4, 0],
          [4, 0],
          [4, 0],
        ]),
        option(1),
        end,
      ),
    ),
  );
}
