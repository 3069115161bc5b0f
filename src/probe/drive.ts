/**
 * Runs an engine against a transport and a clock. An engine is a state machine without I/O: it is told the time, what
 * was sent and what arrived, and says what to send, when to be asked again, and what to report. @module
 */
import type { Clock } from '../base/clock.ts';
import type { ProbeEvent, ProbeSpec, ProbeTransport, SendResult } from './transport.ts';

export interface ProbeEngine<Event> {
  /** Puts what is due at `now` into the engine's outbox and lets what is overdue expire. */
  advance(now: number): void;
  /** What `advance` wants to be sent. */
  takeOutbox(): readonly ProbeSpec[];
  /** Told once for each message of the outbox, right after it was handed over. */
  onSent(token: number, result: SendResult, now: number): void;
  onEvent(event: ProbeEvent): void;
  /** When `advance` is to be called next; `Infinity` when only an answer matters. */
  readonly deadline: number;
  readonly isDone: boolean;
  /** Ends the run early: everything sent so far is summed up. */
  stop(now: number): void;
  /** Reports since the last call, in order. */
  drain(): readonly Event[];
}

export interface DriveParts {
  readonly transport: ProbeTransport;
  readonly clock: Clock;
}

/** How many batches go out before the event loop gets a turn, so that answers are read while a flood leaves. */
const BATCHES_PER_TURN = 4;

const WAKE = 'wake';

/** Yields the engine's reports until it is done. An aborted signal ends the run with its summary, not with an error. */
export async function* drive<Event>(
  engine: ProbeEngine<Event>,
  parts: DriveParts,
  signal?: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  for await (const events of driveBatches(engine, parts, signal)) yield* events;
}

/** The same, for runs with more reports than a turn of the event loop each is good for: all that one turn brought. */
export async function* driveBatches<Event>(
  engine: ProbeEngine<Event>,
  parts: DriveParts,
  signal?: AbortSignal,
): AsyncGenerator<readonly Event[], void, undefined> {
  const { transport, clock } = parts;
  let hasNews = false;
  let sleeper: AbortController | undefined;
  const wake = (): void => {
    hasNews = true;
    sleeper?.abort(WAKE); // without a reason, each call makes an exception
    sleeper = undefined;
  };
  transport.onEvent((event) => {
    engine.onEvent(event);
    if (event.kind !== 'transmit') wake();
  });
  signal?.addEventListener('abort', wake);
  let isStopped = false;
  try {
    while (true) {
      hasNews = false;
      if (signal?.aborted === true && !isStopped) {
        isStopped = true;
        engine.stop(clock.now());
      }
      sendDue(engine, parts);
      const events = engine.drain();
      if (events.length > 0) yield events;
      if (engine.isDone) return;
      if (hasNews) continue; // it came while our consumer was busy
      const wait = engine.deadline - clock.now();
      if (wait <= 0) {
        await clock.sleep(0);
        continue;
      }
      sleeper = new AbortController();
      await clock.sleep(wait, sleeper.signal);
      sleeper = undefined;
    }
  } finally {
    signal?.removeEventListener('abort', wake);
    transport.onEvent(() => undefined);
  }
}

function sendDue<Event>(engine: ProbeEngine<Event>, { transport, clock }: DriveParts): void {
  for (let round = 0; round < BATCHES_PER_TURN; round += 1) {
    engine.advance(clock.now());
    const batch = engine.takeOutbox();
    if (batch.length === 0) return;
    const results = transport.send(batch);
    const now = clock.now();
    let at = 0;
    for (const { token } of batch) {
      const result = results[at];
      if (result !== undefined) engine.onSent(token, result, now);
      at += 1;
    }
  }
}
