/**
 * Preloaded before tapline (`node --require`): makes calls that a confined process must be refused, from the main
 * thread, from a worker that was started before the confinement, from one that is started after it, and from the thread
 * pool, on SIGPWR; or, for comparison, at the start with `PROBE_AT_START`. `START_POOL` starts the pool before the
 * confinement. It prints the results to standard error as `calls: JSON`: by thread and call, 0 or the name of the error.
 * All calls are harmless where they are allowed.
 */
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { getSystemErrorName } = require('node:util');
const { closeSync, openSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const koffi = require(join(__dirname, '../../node_modules/koffi'));
const syscall = koffi.load(null).func('int64_t syscall(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t)');

/** Numbers on x86-64 and arm64, and arguments. */
const CALLS = {
  ptrace: [[101, 117], 0x4206, -1], // PTRACE_SEIZE of no process
  process_vm_readv: [[310, 270], process.pid, 0, 0, 0, 0],
  unshare: [[272, 97], 0],
  setns: [[308, 268], -1, 0],
  mount: [[165, 40], 0, 0, 0, 0, 0],
  bpf: [[321, 280], -1, 0, 0],
  perf_event_open: [[298, 241], 0, 0, -1, -1, 0],
  keyctl: [[250, 219], -1],
  io_uring_setup: [[425, 425], 0, 0],
  kexec_load: [[246, 104], 0, 0, 0, -1],
  init_module: [[175, 105], 0, 0, 0],
  reboot: [[169, 142], 0, 0, 0, 0],
  execve: [[59, 221], 0, 0, 0],
  execveat: [[322, 281], -1, 0, 0, 0, 0],
  clone_namespace: [[56, 220], 0x1000_0000 | 0x200, 0, 0, 0, 0], // CLONE_NEWUSER | CLONE_FS, which exclude each other
  packet_socket: [[41, 198], 17, 3, 0],
  raw_socket: [[41, 198], 2, 3, 1],
  udp_socket: [[41, 198], 2, 2, 0],
  unix_socket: [[41, 198], 1, 1, 0],
  terminal_input: [[16, 29], -1, 0x5412, 0],
  clone3: [[435, 435], 0, 0],
  listns: [[470, 470], 0, 0, 0, 0],
};
const ARCHITECTURE = process.arch === 'x64' ? 0 : 1;

function nameOf(result) {
  return result >= 0 ? 0 : getSystemErrorName(-koffi.errno());
}

/** Creates the file of `PROBE_WRITE`. */
function writeFile() {
  try {
    closeSync(openSync(process.env.PROBE_WRITE, 'w'));
    return { write: 0 };
  } catch ({ code }) {
    return { write: code };
  }
}

function callAll() {
  const calls = Object.fromEntries(
    Object.entries(CALLS).map(([name, [numbers, ...values]]) => [
      name,
      nameOf(syscall(numbers[ARCHITECTURE], ...values, ...Array(5 - values.length).fill(0))),
    ]),
  );
  return process.env.PROBE_WRITE === undefined ? calls : { ...calls, ...writeFile() };
}

/** koffi reads errno of the thread that waits, so a result tells only whether the call failed. */
function callInPool() {
  const calls = Object.entries(CALLS).map(
    ([name, [numbers, ...values]]) =>
      new Promise((resolve) => {
        const all = [numbers[ARCHITECTURE], ...values, ...Array(5 - values.length).fill(0)];
        syscall.async(...all, (_error, result) => resolve([name, result >= 0 ? 0 : 'failed']));
      }),
  );
  return Promise.all(calls).then(Object.fromEntries);
}

function askWorker(worker) {
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage('call');
  });
}

const OWN_WORKER = 'forbidden-calls';

if (isMainThread) {
  const start = () => new Worker(__filename, { execArgv: [], workerData: OWN_WORKER });
  const early = start();
  const probe = async () => {
    const main = callAll();
    const late = start();
    const results = { main, early: await askWorker(early), late: await askWorker(late), pool: await callInPool() };
    writeSync(2, `calls: ${JSON.stringify(results)}\n`);
    await late.terminate();
  };
  if (process.env.PROBE_AT_START === undefined) {
    early.unref();
    process.on('SIGPWR', probe);
    if (process.env.START_POOL !== undefined) callInPool();
  } else probe().then(() => early.terminate());
} else if (workerData === OWN_WORKER) {
  parentPort.on('message', () => parentPort.postMessage(callAll()));
}
