/**
 * `npm run bench:live [-- SUITE …]`: compares whole programs with their peers, on real traffic in a lab. `soak 60` runs
 * for 60 seconds, and only when it is named. @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { enterLab } from '../../src/lab/index.ts';
import { benchCapture } from './capture.ts';
import type { CaptureResult } from './capture-contest.ts';
import { benchTwoInterfaces } from './capture-two.ts';
import { benchFlight } from './flight.ts';
import { benchHost } from './host.ts';
import { benchIdle, benchPing } from './ping.ts';
import { benchReplay } from './replay.ts';
import { benchRotation } from './rotation.ts';
import { benchSoak } from './soak.ts';
import { benchSockets } from './sockets.ts';
import { benchStart } from './start.ts';
import { benchSweep } from './sweep.ts';

const ROUNDS = 3;
const SOAK_SECONDS = 600;
const RESULTS = new URL('../../../bench/results/', import.meta.url);

/** @param seconds the number after the suite name */
type Suite = (seconds: number | undefined) => Promise<unknown>;

const SUITES: Readonly<Record<string, Suite>> = {
  capture: () => benchCapture(ROUNDS, printCapture),
  'capture-two': () => benchTwoInterfaces(ROUNDS, printCapture),
  'capture-rotation': () => benchRotation(ROUNDS, printCapture),
  'capture-flight': () => benchFlight(ROUNDS, printCapture),
  host: () =>
    benchHost(ROUNDS, ({ tool, lines, milliseconds, processorMilliseconds }) => {
      const times = `${milliseconds.toFixed(0)} ms, ${processorMilliseconds.toFixed(0)} of a processor`;
      console.log(`${tool.padEnd(42)} ${String(lines).padStart(6)} lines in ${times}`);
    }),
  ping: async () => {
    const accuracy = await benchPing(ROUNDS, ({ tool, samples, medianError, p99Error, worstError }) => {
      const microseconds = [medianError, p99Error, worstError].map((error) => error.toFixed(1).padStart(9)).join('');
      console.log(
        `${tool.padEnd(20)} ${String(samples).padStart(5)} pings, error median, p99, worst ${microseconds} us`,
      );
    });
    const idlePercent = await benchIdle();
    console.log(`idle: ${idlePercent.toFixed(3)} % of a processor`);
    return { accuracy, idlePercent };
  },
  replay: () =>
    benchReplay(ROUNDS, (result) => {
      const name = result.sender.padEnd(12);
      if ('framesPerSecond' in result) {
        const { frameLength, framesPerSecond, processorNanosecondsPerFrame } = result;
        const rate = Math.round(framesPerSecond).toLocaleString('en-US').padStart(10);
        const processor = processorNanosecondsPerFrame?.toFixed(0) ?? 'unknown';
        console.log(`${name} ${frameLength} bytes: ${rate} frames/s, ns of CPU each: ${processor}`);
        return;
      }
      const errors = [result.medianError, result.p99Error, result.worstError].map((error) => error.toFixed(1));
      console.log(`${name} gaps of ${result.gap} us: error ${errors.join(', ')} us (median, p99, worst)`);
    }),
  soak: (seconds = SOAK_SECONDS) =>
    benchSoak(seconds, (result) => {
      if ('wanted' in result) {
        const rate = Math.round(result.framesPerSecond).toLocaleString('en-US');
        console.log(`step: ${rate} frames/s, ${result.lost} lost`);
        return;
      }
      const { sent, captured, processorNanosecondsPerFrame, residentAfterWarmUp, residentAtEnd, collections } = result;
      const rate = Math.round(result.framesPerSecond).toLocaleString('en-US');
      const memory = `${residentAfterWarmUp} KiB, then ${residentAtEnd}`;
      const pauses = `${collections.count} collections, ${collections.total.toFixed(1)} ms, worst ${collections.worst.toFixed(1)}`;
      console.log(
        `${result.seconds} s of ${rate} frames/s to ${result.target}: ${sent - captured} of ${sent} lost, ` +
          `${processorNanosecondsPerFrame.toFixed(0)} ns of CPU each; ${memory}; ${pauses}`,
      );
    }),
  start: () =>
    benchStart(({ program, milliseconds, leastMilliseconds, processorMilliseconds, peakMebibytes, idleMebibytes }) => {
      const times = `${milliseconds.toFixed(0)} ms (least ${leastMilliseconds.toFixed(0)}), ${processorMilliseconds.toFixed(0)} ms of CPU`;
      const memory = `${peakMebibytes.toFixed(1)} MiB, after a second ${idleMebibytes.toFixed(1)}`;
      console.log(`${program.padEnd(24)} ${times}; ${memory}`);
    }),
  sockets: () =>
    benchSockets(ROUNDS, ({ tool, rows, milliseconds, processorMilliseconds }) => {
      const processor =
        processorMilliseconds === undefined ? '' : `, ${processorMilliseconds.toFixed(0)} of a processor`;
      console.log(`${tool.padEnd(42)} ${String(rows).padStart(6)} rows in ${milliseconds.toFixed(1)} ms${processor}`);
    }),
  sweep: () =>
    benchSweep(ROUNDS, ({ tool, targets, alive, milliseconds, processorMilliseconds, perSecond }) => {
      const rate = perSecond === undefined ? '' : ` ${Math.round(perSecond).toLocaleString('en-US')} a second`;
      const times = `${milliseconds.toFixed(0)} ms, ${processorMilliseconds.toFixed(0)} of a processor`;
      console.log(`${tool.padEnd(20)} ${alive} of ${targets} alive in ${times}${rate}`);
    }),
};

function printCapture(result: CaptureResult): void {
  const numbers = [
    result.nanosecondsPerFrame.toFixed(result.nanosecondsPerFrame < 10 ? 1 : 0).padStart(7),
    result.lostPercent.toFixed(2).padStart(8),
    Math.round(result.framesPerSecond).toLocaleString('en-US').padStart(12),
  ];
  console.log(`${result.workload.padEnd(32)} ${result.capturer.padEnd(16)} ${numbers.join(' ')}`);
}

function isName(word: string): boolean {
  return !/^\d+$/.test(word);
}

async function main(words: readonly string[]): Promise<void> {
  const chosen = words.length === 0 ? Object.keys(SUITES).filter((name) => name !== 'soak') : words.filter(isName);
  mkdirSync(RESULTS, { recursive: true });
  for (const name of chosen) {
    const suite = SUITES[name];
    if (suite === undefined) throw new Error(`unknown suite ${name}; suites: ${Object.keys(SUITES).join(', ')}`);
    console.log(`\n${name}`);
    if (name.startsWith('capture')) console.log(`${''.padEnd(49)} ns/frame   lost %     frames/s`);
    const after = words[words.indexOf(name) + 1];
    const results = await suite(after === undefined || isName(after) ? undefined : Number(after));
    const machine = { node: process.version, kernel: release(), processor: cpus()[0]?.model, cores: cpus().length };
    writeFileSync(new URL(`live-${name}.json`, RESULTS), `${JSON.stringify({ machine, results }, null, 2)}\n`);
  }
}

const entered = await enterLab();
if (entered === undefined) await main(process.argv.slice(2));
else process.exitCode = entered;
