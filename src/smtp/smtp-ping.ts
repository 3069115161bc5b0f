/** Sessions with the mail servers of a domain, repeated, with figures of each phase. @module */
import type { Clock } from '../base/clock.ts';
import { RunningStats } from '../base/statistics.ts';
import type { MailServers, MailServersFailure } from './mail-servers.ts';
import { runSession } from './run-session.ts';
import { SessionEngine, type SessionOptions } from './session-engine.ts';
import {
  type ServerAddress,
  SMTP_PHASES,
  type SmtpPhase,
  type SmtpSession,
  type SmtpSessionEvent,
  type VerdictKind,
} from './session-events.ts';
import type { SmtpTransport } from './transport.ts';
import { worstVerdict } from './verdict.ts';

/** Options of a run; times in milliseconds. */
export interface SmtpPingOptions extends SessionOptions {
  /** 25 by default. */
  readonly port?: number;
  /** Number of sessions with each server; 1 by default. */
  readonly count?: number;
  /** From the start of one session to the start of the next, whatever the server; 1,000 by default. */
  readonly interval?: number;
  /** Tests all addresses of all hosts. By default the first that answers, in the order in which mail is delivered. */
  readonly testsAll?: boolean;
  /** Ends the run, with its summary. */
  readonly signal?: AbortSignal;
}

export interface SmtpPingParts {
  readonly clock: Clock;
  /** Returns a new connection for a session. */
  readonly open: (server: ServerAddress) => SmtpTransport;
}

/** Figures of a phase over the sessions of one server, in milliseconds. */
interface PhaseFigures {
  readonly phase: SmtpPhase | 'total';
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly deviation: number;
}

export interface ServerSummary {
  readonly server: ServerAddress;
  readonly sessions: number;
  readonly verdict: VerdictKind;
  /** Number of sessions with each verdict that occurred. */
  readonly verdicts: Readonly<Partial<Record<VerdictKind, number>>>;
  /** In the order of the phases. `total` is that of sessions with the verdict `ok`. */
  readonly figures: readonly PhaseFigures[];
}

export interface SmtpPingSummary {
  readonly type: 'summary';
  readonly domain: string;
  /** Why there is no server to test. */
  readonly failure: MailServersFailure | undefined;
  /** The tested servers. */
  readonly servers: readonly ServerSummary[];
  /** The worst of all tested servers; without `testsAll`, that of the server that answered. */
  readonly verdict: VerdictKind;
}

export type SmtpPingEvent = SmtpSessionEvent | SmtpPingSummary;

const SMTP_PORT = 25;
const DEFAULT_INTERVAL = 1_000;

/** Runs the sessions one after another. The last event is the summary. */
export async function* smtpPing(
  found: MailServers,
  { clock, open }: SmtpPingParts,
  options: SmtpPingOptions,
): AsyncGenerator<SmtpPingEvent, void, undefined> {
  const { count = 1, interval = DEFAULT_INTERVAL, testsAll = false, signal } = options;
  const isStopped = (): boolean => signal?.aborted === true;
  let servers = serversOf(found, options.port ?? SMTP_PORT);
  const tallies = new Map(servers.map((server) => [server, new Tally(server)]));
  let nextStart = clock.now();
  for (let round = 0; round < count && !isStopped(); round += 1) {
    for (const server of servers) {
      await clock.sleep(nextStart - clock.now(), signal);
      if (isStopped()) break;
      nextStart = clock.now() + interval;
      const transport = open(server);
      const engine = new SessionEngine(server, round, transport, options);
      let session: SmtpSession | undefined;
      for await (const event of runSession(engine, transport, clock, signal)) {
        if (event.type === 'session') session = event;
        yield event;
      }
      if (session === undefined) continue;
      tallies.get(server)?.add(session);
      if (testsAll || session.banner === undefined) continue;
      servers = [server];
      break;
    }
  }
  const tested = [...tallies.values()].flatMap((tally) => (tally.sessions === 0 ? [] : tally.summary()));
  const decisive = testsAll || servers.length !== 1 ? tested : tested.filter(({ server }) => server === servers[0]);
  yield {
    type: 'summary',
    domain: found.domain,
    failure: found.failure,
    servers: tested,
    verdict: worstVerdict(decisive.map(({ verdict }) => verdict)),
  };
}

/** Returns the addresses to test, in the order of preference. */
export function serversOf({ hosts }: MailServers, port: number): readonly ServerAddress[] {
  return hosts.flatMap(({ name, addresses }) => addresses.map((address) => ({ host: name, address, port })));
}

class Tally {
  readonly #server: ServerAddress;
  readonly #verdicts: Partial<Record<VerdictKind, number>> = {};
  readonly #phases = new Map<SmtpPhase | 'total', RunningStats>();
  sessions = 0;

  constructor(server: ServerAddress) {
    this.#server = server;
  }

  add({ verdict: { kind }, phases, time }: SmtpSession): void {
    this.sessions += 1;
    this.#verdicts[kind] = (this.#verdicts[kind] ?? 0) + 1;
    for (const phase of SMTP_PHASES) this.#addTime(phase, phases[phase]);
    if (kind === 'ok') this.#addTime('total', time);
  }

  #addTime(phase: SmtpPhase | 'total', time: number | undefined): void {
    if (time === undefined) return;
    const stats = this.#phases.get(phase) ?? new RunningStats();
    this.#phases.set(phase, stats);
    stats.add(time);
  }

  summary(): ServerSummary {
    const figures = [...SMTP_PHASES, 'total' as const].flatMap((phase) => {
      const stats = this.#phases.get(phase);
      if (stats === undefined) return [];
      const { count, min, mean, max, deviation } = stats;
      return { phase, count, min, mean, max, deviation };
    });
    const verdicts = this.#verdicts;
    const verdict = worstVerdict(Object.keys(verdicts) as VerdictKind[]);
    return { server: this.#server, sessions: this.sessions, verdict, verdicts, figures };
  }
}
