/** Runs the engine of a session over its transport and a clock. @module */
import type { Clock } from '../base/clock.ts';
import type { SessionEngine } from './session-engine.ts';
import type { SmtpSessionEvent } from './session-events.ts';
import type { SmtpTransport } from './transport.ts';

const WAKE = 'wake';

/**
 * Yields the events of a session; the last one is its result. The engine works while the receiver is busy, so that a slow
 * receiver does not change the times. Aborting the signal ends the session with the verdict `stopped`.
 */
export async function* runSession(
  engine: SessionEngine,
  transport: SmtpTransport,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<SmtpSessionEvent, void, undefined> {
  let sleeper = new AbortController();
  const wake = (): void => sleeper.abort(WAKE);
  const stop = (): void => {
    engine.stop(clock.now());
    wake();
  };
  transport.onEvent((event) => {
    engine.onEvent(event);
    wake();
  });
  signal?.addEventListener('abort', stop);
  try {
    engine.start(clock.now());
    if (signal?.aborted === true) stop();
    while (true) {
      sleeper = new AbortController();
      engine.advance(clock.now());
      const { isDone } = engine; // read first: the engine works while the receiver is busy
      yield* engine.drain();
      if (isDone) return;
      await clock.sleep(engine.deadline - clock.now(), sleeper.signal);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    engine.stop(clock.now()); // the receiver has left the loop
  }
}
