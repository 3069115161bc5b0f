/**
 * Preloaded before tapline (`node --require`): makes the kernel refuse the system calls in `REFUSED` (numbers, separated
 * by commas) with EPERM on all threads, as container engines do.
 */
const { join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

const koffi = require(join(__dirname, '../../node_modules/koffi'));
const syscall = koffi.load(null).func('int64_t syscall(int64_t, int64_t, int64_t, void *)');

const numbers = process.env.REFUSED.split(',').map(Number);
/** ld [0]; for each number: jeq #number, +0, +1; ret #EPERM; and ret #ALLOW (linux/seccomp.h, linux/filter.h). */
const program = [
  [0x20, 0, 0, 0],
  ...numbers.flatMap((number) => [
    [0x15, 0, 1, number],
    [0x06, 0, 0, 0x0005_0001],
  ]),
  [0x06, 0, 0, 0x7fff_0000],
];
const code = new DataView(new ArrayBuffer(program.length * 8));
for (const [index, [operation, yes, no, value]] of program.entries()) {
  code.setUint16(index * 8, operation, true);
  code.setUint8(index * 8 + 2, yes);
  code.setUint8(index * 8 + 3, no);
  code.setUint32(index * 8 + 4, value, true);
}
const filter = new DataView(new ArrayBuffer(16));
filter.setUint16(0, program.length, true);
filter.setBigUint64(8, koffi.address(code), true);
const SECCOMP = process.arch === 'x64' ? 317 : 277;
const SET_MODE_FILTER = 1;
const FLAG_TSYNC = 1;
if (isMainThread && syscall(SECCOMP, SET_MODE_FILTER, FLAG_TSYNC, filter) !== 0) {
  throw new Error(`seccomp: ${koffi.errno()}`);
}
