/**
 * Starts the guard process, the only child process that this room starts (docs/adr/0022-a-guard-process.md): `node` with
 * guard-program.ts, without a shell and without arguments, in a session of its own, with our privileges. @module
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf, StackError } from '../base/errors.ts';
import { GUARD_READY } from './guard.ts';

/** Milliseconds until the guard must be ready. */
const START_LIMIT = 20_000;

/** Starts a guard for the pending change in a state directory. Resolves to its process id when it watches the change. */
export type StartGuard = (stateDirectory: string) => Promise<number>;

/** @throws StackError `GUARD` if it does not start; then nothing may be changed */
export const startGuardProcess: StartGuard = async (stateDirectory) => {
  const program = fileURLToPath(new URL('./guard-program.js', import.meta.url));
  if (!existsSync(program)) throw failed(`${program} is missing`);
  const child = spawn(process.execPath, [program], {
    cwd: '/',
    detached: true,
    env: { ...process.env, TAPLINE_STATE_DIR: stateDirectory },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { stdin, stdout } = child;
  // Until this process ends, the other end of `stdin` stays open; it must not keep this process from ending.
  stdin.on('error', () => undefined);
  try {
    const line = await new Promise<string>((resolve, reject) => {
      let text = '';
      const timer = setTimeout(() => reject(failed('it does not become ready')), START_LIMIT);
      const settle = (work: () => void): void => {
        clearTimeout(timer);
        work();
      };
      stdout.on('data', (data: Buffer) => {
        text += data.toString();
        if (text.includes('\n')) settle(() => resolve(text.trim()));
      });
      child.once('error', (error) => settle(() => reject(failed(messageOf(error), error))));
      child.once('exit', (status, signal) =>
        settle(() => reject(failed(text.trim() || `it ended with ${signal ?? `status ${status}`}`))),
      );
    });
    if (line !== GUARD_READY) throw failed(line);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    stdout.destroy();
    child.unref();
    (stdin as typeof stdin & { unref?(): void }).unref?.();
  }
  return child.pid ?? -1;
};

function failed(reason: string, cause?: unknown): StackError {
  return new StackError('GUARD', `cannot start the guard process: ${reason}; nothing was changed`, { cause });
}
