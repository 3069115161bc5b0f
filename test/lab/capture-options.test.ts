/** `tapline capture -w` with options drawn in any combination, on a real flow: what holds of every one holds of all. @module */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab } from '../../src/lab/index.ts';
import { complaintsAbout } from '../support/capture-claims.ts';
import { type CapturePlan, captureDraw, planOf } from '../support/capture-draws.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import { eventually } from '../support/eventually.ts';
import { type FoundFile, findFiles } from '../support/found-files.ts';
import type { LabProcess } from '../support/lab-process.ts';
import { PROGRAM_LIMIT } from '../support/limits.ts';
import { type SentFrame, sendFlow, TWO_WIRES, wallTime } from '../support/numbered-flow.ts';
import { requirePeer } from '../support/peers.ts';
import { RandomSource } from '../support/random-source.ts';

const ROUNDS = 4;
/** They share the flow of a round. */
const CAPTURES = 4;
/** Milliseconds of silence after the flow: files are closed by their time, windows end. */
const QUIET = 1300;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(TWO_WIRES);
});
afterAll(() => lab.close());

/** A name in the way of a series. */
interface Foreign {
  readonly name: string;
  isUntouched(): boolean;
}

interface Capture {
  readonly plan: CapturePlan;
  readonly folder: string;
  readonly log: string;
  readonly statistics: string;
  readonly foreign: Foreign | undefined;
  readonly program: LabProcess;
  /** A peer reads its files, too. */
  readonly isSampled: boolean;
}

test('captures by any options keep to all of them, lose nothing and say what is true', async () => {
  const draws = fc.array(captureDraw, { minLength: CAPTURES, maxLength: CAPTURES });
  await fc.assert(
    fc.asyncProperty(draws, fc.noBias(fc.nat()), async (drawn, seed) => {
      using root = new TestFolder();
      const captures = drawn.map((draw, number) => begin(root, draw, number));
      try {
        for (const { program, plan } of captures) {
          const lines = plan.draw.interfaces.length;
          await eventually(() => expect(program.standardError.match(/listening on/g) ?? []).toHaveLength(lines));
        }
        const random = new RandomSource(seed);
        const sent: SentFrame[] = [];
        const flow = sendFlow(lab, random, sent);
        const ends = captures.map((capture) => runToEnd(capture, sent, flow, random.below(2000)));
        await flow;
        for (const [number, capture] of captures.entries()) {
          const end = await ends[number];
          if (end === undefined) throw new Error('no such capture');
          expect(await judge(capture, sent, end), capture.plan.words.join(' ')).toEqual([]);
        }
      } finally {
        await Promise.all(captures.map(({ program }) => program[Symbol.asyncDispose]()));
      }
    }),
    { numRuns: ROUNDS, endOnFailure: true },
  );
});

function begin(root: TestFolder, draw: Parameters<typeof planOf>[0], number: number): Capture {
  const folder = root.file(`files-${number}`);
  const places = { folder, log: root.file(`log-${number}`), statistics: root.file(`statistics-${number}`) };
  mkdirSync(folder);
  const plan = planOf(draw, places);
  const foreign = putInTheWay(plan, folder, root.file(`foreign-${number}`));
  const program = tapline(lab.host('right'), 'capture', ...plan.words);
  return { plan, ...places, foreign, program, isSampled: number === 0 };
}

/** Something of the name that a series comes to second; undefined where it has no such name, or may overwrite it. */
function putInTheWay(
  { draw, name, isRotating, series }: CapturePlan,
  folder: string,
  target: string,
): Foreign | undefined {
  const { stem, foreign: kind, flags, trigger } = draw;
  const isPassedOver = kind !== 'file' || !flags.includes('--overwrite');
  if (kind === undefined || !isRotating || trigger !== undefined || !isPassedOver) return undefined;
  if (stem !== 'a' && stem !== 'a-%N') return undefined;
  const taken = (series === 1 ? 'a-00002' : stem === 'a' ? 'a-0-00002' : 'a-00002-0') + name.slice(stem.length);
  const path = `${folder}/${taken}`;
  writeFileSync(kind === 'file' ? path : target, 'foreign');
  if (kind === 'folder') mkdirSync(path);
  else if (kind === 'link') symlinkSync(target, path);
  const look = (): string =>
    `${lstatSync(path).mode} ${kind === 'folder' ? readdirSync(path) : readFileSync(path, 'utf8')}`;
  const before = look();
  return { name: taken, isUntouched: () => existsSync(path) && look() === before };
}

interface End {
  readonly status: number;
  readonly endedByItself: boolean;
  readonly shownUntil: number;
  /** Files that were there at a time. */
  readonly mostFiles: number;
}

/** @param moment milliseconds, when it is to end in the middle */
async function runToEnd(
  capture: Capture,
  sent: readonly SentFrame[],
  flow: Promise<void>,
  moment: number,
): Promise<End> {
  const { plan, folder, program } = capture;
  const { end, signal } = plan.draw;
  let mostFiles = 0;
  const watch = setInterval(() => {
    mostFiles = Math.max(mostFiles, readdirSync(folder).length);
  }, 20);
  const hasEnded = (): boolean => program.hasEnded || program.standardError.includes('capture stopped');
  try {
    await sleep(300);
    if (signal !== undefined && !hasEnded()) program.signal(signal);
    await (end === 'amid' || end === 'kill' ? sleep(moment) : flow);
    if (end === 'quiet') await sleep(QUIET);
    const shownUntil = wallTime();
    if (end === 'kill') {
      await eventually(async () => {
        if (!hasEnded())
          expect(await complaints(capture, sent, { status: 0, endedByItself: false, shownUntil })).toEqual([]);
      });
    }
    const endedByItself = hasEnded();
    if (!endedByItself) program.signal(end === 'kill' ? 'SIGKILL' : 'SIGINT');
    const status = await Promise.race([program.exit(), sleep(PROGRAM_LIMIT, -3, { ref: false })]);
    return { status, endedByItself, shownUntil, mostFiles };
  } finally {
    clearInterval(watch);
  }
}

const filesOf = ({ folder, plan, foreign }: Capture, sent: readonly SentFrame[], isCut: boolean) =>
  findFiles(folder, plan, sent, { foreign: foreign?.name, isCut });

/** What is wrong with a capture's files and words. */
async function complaints(
  capture: Capture,
  sent: readonly SentFrame[],
  end: Omit<End, 'mostFiles'>,
): Promise<string[]> {
  const { plan, program } = capture;
  const isKilled = plan.draw.end === 'kill' && !end.endedByItself;
  const series = await filesOf(capture, sent, isKilled);
  return complaintsAbout({ plan, series, sent, standardError: program.standardError, ...end });
}

async function judge(capture: Capture, sent: readonly SentFrame[], end: End): Promise<string[]> {
  const { plan, folder, log, foreign, program } = capture;
  const { standardError } = program;
  const isKilled = plan.draw.end === 'kill' && !end.endedByItself;
  const said = await complaints(capture, sent, end);
  const files = (await filesOf(capture, sent, isKilled)).flat();
  if (end.mostFiles > plan.ring + (foreign === undefined ? 0 : 1)) said.push(`${end.mostFiles} files were there`);
  if (foreign?.isUntouched() === false) said.push(`${foreign.name} was touched, which is not its own`);
  if (isKilled) return said;
  if (plan.hasHook) {
    const told = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    const missing = files.find(({ name }) => !told.includes(`${folder}/${name}`));
    if (missing !== undefined) said.push(`no program was run for ${missing.name}`);
    if (new Set(told).size < told.length) said.push('a program was run twice for a file');
  }
  if (plan.words.includes('--stats')) {
    const { captured, received, dropped } = JSON.parse(readFileSync(capture.statistics, 'utf8'));
    const pattern = `\n${captured} packets? captured\n${received} packets? received .*\n(.*\n)?${dropped} packets? dropped`;
    if (!new RegExp(pattern).test(standardError)) said.push(`--stats: ${captured} of ${received}, ${dropped} dropped`);
  }
  return capture.isSampled ? [...said, ...peersView(folder, files)] : said;
}

/** What tshark makes of one of the files. */
function peersView(folder: string, files: readonly FoundFile[]): string[] {
  const file = files.at(-1);
  const tshark = file === undefined || file.frames.length === 0 ? undefined : requirePeer('tshark');
  if (file === undefined || tshark === undefined) return [];
  const words = ['-n', '-r', `${folder}/${file.name}`, '-T', 'fields', '-e', 'frame.cap_len'];
  const { stdout } = spawnSync(tshark, words, { encoding: 'utf8' });
  const expected = file.frames.map(({ capturedLength }) => `${capturedLength}\n`).join('');
  return stdout === expected ? [] : [`tshark reads other frames in ${file.name}`];
}
