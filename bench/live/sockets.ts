/**
 * Lists 10,000 TCP sockets of 51 processes, and the listeners among them: `tapline netstat`, ss and lsof as whole programs,
 * and the library in this process, warm. @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findSocketHolders, listSockets, listTcpServices } from '../../src/inspect/index.ts';
import { createLab, type LabHost, listenTcp } from '../../src/lab/index.ts';
import { runForOutput, runMeasured } from './program-output.ts';
import { tapline } from './tapline.ts';

/** Core of the measured program. */
const CORE = 1;
const PROCESSES = 50;
const CONNECTIONS_EACH = 100;
const CONNECTIONS = PROCESSES * CONNECTIONS_EACH;
const PORT = 9_000;
/** Repetitions in this process; the first ones warm up. */
const WARM_ROUNDS = 12;

export interface SocketsResult {
  readonly tool: string;
  /** Lines of output, or sockets. */
  readonly rows: number;
  /** Duration of the whole program, or of the call. */
  readonly milliseconds: number;
  /** Processor time; other programs on the machine hardly affect it. */
  readonly processorMilliseconds: number;
}

const PROGRAMS: readonly (readonly string[])[] = [
  tapline(['netstat', '1', '-n', '-t', '-p']),
  ['ss', '-tanp'],
  ['lsof', '-nP', '-iTCP'],
  tapline(['netstat', '1', '-n', '-t']),
  ['ss', '-tan'],
  ['netstat', '-tan'],
  tapline(['netstat', '1', '-n', '--state', 'LISTEN']),
  ['ss', '-tln'],
  tapline(['tcpservices']),
  ['lsof', '-nP', '-iTCP', '-sTCP:LISTEN'],
];

export async function benchSockets(
  rounds: number,
  onResult: (result: SocketsResult) => void,
): Promise<SocketsResult[]> {
  const results: SocketsResult[] = [];
  await using lab = await createLab({ hosts: [{ name: 'host' }], wires: [] });
  const host = lab.host('host');
  await using _sockets = await openSockets(host);
  const report = (result: SocketsResult): void => {
    results.push(result);
    onResult(result);
  };
  // The first run writes the code cache, which all later runs read.
  await runForOutput(host, CORE, PROGRAMS[0] ?? []);
  for (let round = 0; round < rounds; round += 1) {
    for (const words of PROGRAMS) {
      const { output, ...times } = await runMeasured(host, CORE, words);
      const rows = output.split('\n').filter((line) => line.includes('TCP') || /^tcp|^[A-Z-]+ +\d/.test(line)).length;
      report({ tool: nameOf(words), rows, ...times });
    }
    for (const [tool, call] of Object.entries(CALLS)) report(await measureWarm(tool, () => call(host)));
  }
  return results;
}

function nameOf(words: readonly string[]): string {
  return words[0] === process.execPath ? `tapline ${words.slice(2).join(' ')}` : words.join(' ');
}

/** Calls of the library; they return the number of sockets. */
const CALLS: Readonly<Record<string, (host: LabHost) => Promise<number>>> = {
  'library: sockets with owners, warm': async ({ namespace }) => {
    const { sockets } = await listSockets({ namespace, protocols: ['tcp'] });
    const { holdersOf } = findSocketHolders();
    return sockets.filter((socket) => holdersOf(socket).length > 0).length;
  },
  'library: sockets, warm': async ({ namespace }) =>
    (await listSockets({ namespace, protocols: ['tcp'] })).sockets.length,
  'library: listeners, warm': async ({ namespace }) =>
    (await listSockets({ namespace, protocols: ['tcp'], states: ['listen'] })).sockets.length,
  'library: TCP services, warm': async ({ namespace }) => (await listTcpServices({ namespace })).services.length,
};

/** Repeats a call; returns the medians of the second half. */
async function measureWarm(tool: string, call: () => Promise<number>): Promise<SocketsResult> {
  const times: number[] = [];
  const processorTimes: number[] = [];
  let rows = 0;
  for (let round = 0; round < WARM_ROUNDS; round += 1) {
    const before = process.cpuUsage();
    const started = performance.now();
    rows = await call();
    times.push(performance.now() - started);
    const { user, system } = process.cpuUsage(before);
    processorTimes.push((user + system) / 1_000);
  }
  return { tool, rows, milliseconds: medianOfWarm(times), processorMilliseconds: medianOfWarm(processorTimes) };
}

function medianOfWarm(times: readonly number[]): number {
  const warm = times.slice(WARM_ROUNDS / 2).sort((left, right) => left - right);
  return warm[Math.floor(warm.length / 2)] ?? Number.NaN;
}

/** Opens connections over loopback, a fifth of them over IPv6: one end in this process, the other in shells. */
async function openSockets(host: LabHost): Promise<AsyncDisposable> {
  const server: Server = await listenTcp(host, '::', PORT);
  const accepted: Socket[] = [];
  server.on('connection', (socket) => accepted.push(socket.on('error', () => {})));
  const shells: ChildProcess[] = [];
  for (let index = 0; index < PROCESSES; index += 1) {
    const address = index % 5 === 0 ? '::1' : '127.0.0.1';
    const script = `for ((i = 0; i < ${CONNECTIONS_EACH}; i++)); do exec {fd}<>/dev/tcp/${address}/${PORT}; done; read`;
    shells.push(host.run(() => spawn('bash', ['-c', script], { stdio: ['pipe', 'ignore', 'inherit'] })));
    while (accepted.length < (index + 1) * CONNECTIONS_EACH) await sleep(1);
  }
  if (accepted.length !== CONNECTIONS) throw new Error(`${accepted.length} connections in place of ${CONNECTIONS}`);
  return {
    async [Symbol.asyncDispose]() {
      for (const shell of shells) {
        shell.stdin?.end();
        await new Promise((resolve) => shell.once('close', resolve));
      }
      for (const socket of accepted) socket.destroy();
      server.close();
    },
  };
}
