/**
 * Runs an engine over a transport and a clock. An engine is a state machine without I/O: its input is the time, the
 * result of each send, and what arrived; its output is probes, events, and the time of its next call. @module
 */
import type { Clock } from '../base/clock.ts';
import type { ProbeEvent, ProbeSpec, ProbeTransport, SendResult } from './transport.ts';

export interface ProbeEngine<Event> {
  /** Adds the probes due at `now` to the outbox, and expires overdue ones. */
  advance(now: number): void;
  /** Returns the probes to send, and empties the outbox. */
  takeOutbox(): readonly ProbeSpec[];
  /** Called once per probe of the outbox, right after it was sent. */
  onSent(token: number, result: SendResult, now: number): void;
  onEvent(event: ProbeEvent): void;
  /** Time of the next call of `advance`; `Infinity` if only a reply matters. */
  readonly deadline: number;
  readonly isDone: boolean;
  /** Ends the run early, with a summary of all sent so far. */
  stop(now: number): void;
  /** Returns the events since the last call, in order. */
  drain(): readonly Event[];
}

export interface DriveParts {
  readonly transport: ProbeTransport;
  readonly clock: Clock;
}

/** Batches sent before the event loop gets a turn to read replies. */
const BATCHES_PER_TURN = 4;

const WAKE = 'wake';

/** Yields the events of the engine until it is done. An aborted signal ends the run with its summary, without an error. */
export async function* drive<Event>(
  engine: ProbeEngine<Event>,
  parts: DriveParts,
  signal?: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  for await (const events of driveBatches(engine, parts, signal)) yield* events;
}

/** Yields all events of one turn of the event loop at once, for runs with many of them. */
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
    sleeper?.abort(WAKE); // without a reason, each call creates an exception
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
      if (hasNews) continue; // a reply arrived while the consumer was busy
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
