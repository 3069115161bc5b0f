/**
 * Compares captures of two interfaces into one PCAPNG file: `tapline capture -i … -i …` and dumpcap. trafgen sends on
 * both wires, at half its speed each. @module
 */
import type { LabPlan } from '../../src/lab/index.ts';
import { type CaptureResult, type Capturer, countFrames, holdContest } from './capture-contest.ts';
import { BENCH_ETHER_TYPE, generate, trafgenFrame } from './generators.ts';
import { tapline } from './tapline.ts';

const INTERFACES = ['eth0', 'eth1'] as const;
const FRAMES_EACH = 500_000;
const BUFFER_MEBIBYTES = 64;

const TWO_WIRES: LabPlan = {
  hosts: [{ name: 'left' }, { name: 'right' }],
  wires: INTERFACES.map((name) => ({
    ends: [
      { host: 'left', interface: name },
      { host: 'right', interface: name },
    ],
  })),
};

interface Load {
  readonly name: string;
  readonly frameLength: number;
}

const LOADS: readonly Load[] = [100, 1400].map((frameLength) => ({
  name: `two interfaces, ${frameLength.toLocaleString('en-US')}-byte frames`,
  frameLength,
}));

const CAPTURERS: readonly Capturer<Load>[] = [
  {
    name: 'tapline',
    file: 'capture.pcapng',
    readyText: 'listening on',
    words: (file) =>
      tapline([
        ...['capture', '-w', file, '-B', String(BUFFER_MEBIBYTES)],
        ...INTERFACES.flatMap((name) => ['-i', name]),
      ]),
  },
  {
    name: 'dumpcap',
    file: 'capture.pcapng',
    readyText: 'File: ',
    words: (file) => [
      ...['dumpcap', '-q', '-w', file],
      ...INTERFACES.flatMap((name) => ['-i', name, '-B', String(BUFFER_MEBIBYTES)]),
    ],
  },
];

export function benchTwoInterfaces(rounds: number, report: (result: CaptureResult) => void): Promise<CaptureResult[]> {
  return holdContest<Load>(
    {
      plan: TWO_WIRES,
      loads: LOADS,
      capturers: CAPTURERS,
      send: async (lab, { frameLength }, folder) => {
        const started = performance.now();
        const order = { frames: trafgenFrame(frameLength), count: FRAMES_EACH };
        await Promise.all(INTERFACES.map((name) => generate(lab.host('left'), folder, { interface: name, ...order })));
        const frames = FRAMES_EACH * INTERFACES.length;
        return { frames, wanted: frames, framesPerSecond: (frames / (performance.now() - started)) * 1000 };
      },
      count: (file) => countFrames(file, { filter: ({ data, offset }) => acceptBenchFrame(data, offset) }),
    },
    rounds,
    report,
  );
}

/** Accepts the frames of the bench, and rejects those that the hosts send when their interfaces come up. */
function acceptBenchFrame(data: Uint8Array, offset: number): number {
  const isSent = data[offset + 12] === BENCH_ETHER_TYPE >> 8 && data[offset + 13] === (BENCH_ETHER_TYPE & 0xff);
  return isSent ? 0xffff : 0;
}
