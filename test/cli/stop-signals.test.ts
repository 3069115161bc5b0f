/** Signals: what the first does, what a repeat does, and when SIGHUP counts. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { CommandContext } from '../../src/cli/context.ts';
import { ignoreHangup, listenForStop } from '../../src/cli/stop-signals.ts';
import type { TextOutput } from '../../src/cli/text-output.ts';

function output(isTerminal: boolean): TextOutput {
  return { isTerminal, columns: undefined, closed: false, write() {}, verify() {} };
}

/** A context whose signals are sent by `emit`, which says whether anything listens: if not, the process would end. */
function contextOf({ stdout = false, stderr = false } = {}): CommandContext & { emit(name: string): boolean } {
  const sent = new EventEmitter();
  return {
    stdout: output(stdout),
    stderr: output(stderr),
    clock: systemClock,
    signals: {
      on(names, callback) {
        for (const name of names) sent.on(name, callback);
        return () => {
          for (const name of names) sent.off(name, callback);
        };
      },
    },
    emit: (name) => sent.emit(name, name),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(process, 'exit').mockImplementation((status) => {
    throw new Error(`exit ${status}`);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the second signal', () => {
  test('within one second is a repeat of the first, whatever its name; later it ends the process at once', () => {
    const context = contextOf();
    const stop = listenForStop(context);
    expect(stop.signal.aborted).toBe(false);
    context.emit('SIGTERM');
    expect(stop.signal.aborted).toBe(true);
    context.emit('SIGTERM');
    vi.advanceTimersByTime(999);
    context.emit('SIGINT');
    vi.advanceTimersByTime(1);
    expect(() => context.emit('SIGINT')).toThrow('exit 130');
    expect(() => context.emit('SIGTERM')).toThrow('exit 143');
  });

  test('does not end a command by default that has ended within the second and still writes its counters', () => {
    const context = contextOf();
    const stop = listenForStop(context);
    context.emit('SIGTERM');
    vi.advanceTimersByTime(300);
    stop.release();
    expect(context.emit('SIGTERM')).toBe(true);
    vi.advanceTimersByTime(700);
    expect(context.emit('SIGTERM')).toBe(false);
  });

  test('is the first when the command stopped by itself', () => {
    const context = contextOf();
    const stop = listenForStop(context);
    stop.stop();
    vi.advanceTimersByTime(5000);
    expect(context.emit('SIGINT')).toBe(true);
    stop.release();
  });

  test('no signal, no delay: the default action is back at once', () => {
    const context = contextOf();
    listenForStop(context).release();
    expect(context.emit('SIGINT')).toBe(false);
  });
});

describe('SIGHUP', () => {
  test('is ignored, before and while a command listens, when neither output is a terminal', () => {
    const context = contextOf();
    ignoreHangup(context);
    expect(context.emit('SIGHUP')).toBe(true);
    const stop = listenForStop(context);
    context.emit('SIGHUP');
    expect(stop.signal.aborted).toBe(false);
    stop.release();
    expect(context.emit('SIGHUP')).toBe(true);
  });

  test.each([{ stdout: true }, { stderr: true }])('ends the command when one output is a terminal: %j', (terminals) => {
    const context = contextOf(terminals);
    ignoreHangup(context);
    expect(context.emit('SIGHUP')).toBe(false);
    const stop = listenForStop(context);
    context.emit('SIGHUP');
    expect(stop.signal.aborted).toBe(true);
  });
});
