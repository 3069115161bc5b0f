/** Operating system and processor of this machine, in words. @module */
import { closeSync, openSync, readSync } from 'node:fs';
import { machine, release, type } from 'node:os';

/** The description of the first processor is in the first bytes of the file, which is long on large machines. */
const CPU_FILE = '/proc/cpuinfo';
const CPU_FILE_START = 4096;
const MAX_MODEL_LENGTH = 256;

/** Returns `Linux 6.18.0`, as uname(2) reports it. */
export function systemName(): string {
  return `${type()} ${release()}`;
}

/** Returns the processor model, if the kernel reports one, and the architecture: `Intel(R) Xeon(R) CPU, x86_64`. */
export function processorName(): string {
  const [, model] = /^model name\s*: *(.*)$/m.exec(readStart()) ?? [];
  return model === undefined || model === '' ? machine() : `${model.trim().slice(0, MAX_MODEL_LENGTH)}, ${machine()}`;
}

/** Returns the start of the file; nothing where /proc is not mounted. */
function readStart(): string {
  const bytes = Buffer.alloc(CPU_FILE_START);
  try {
    const file = openSync(CPU_FILE, 'r');
    try {
      return bytes.toString('utf8', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
