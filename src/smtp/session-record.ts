/** Collects the result of a session. @module */
import type { Capabilities } from './capabilities.ts';
import type { SmtpReply } from './reply-reader.ts';
import type {
  RecipientResult,
  Remark,
  RemarkKind,
  ServerAddress,
  SessionVerdict,
  SmtpPhase,
  SmtpSession,
} from './session-events.ts';
import type { TlsReport } from './tls-report.ts';

export class SessionRecord {
  readonly #server: ServerAddress;
  readonly #sequence: number;
  readonly #phases: Partial<Record<SmtpPhase, number>> = {};
  readonly #remarks: Remark[] = [];
  readonly recipients: RecipientResult[] = [];
  local: string | undefined;
  banner: SmtpReply | undefined;
  plain: Capabilities | undefined;
  secured: Capabilities | undefined;
  tls: TlsReport | undefined;
  /** The first failure, which decides. */
  verdict: SessionVerdict | undefined;

  constructor(server: ServerAddress, sequence: number) {
    this.#server = server;
    this.#sequence = sequence;
  }

  /** Several recipients make one phase, whose time is their sum. */
  addTime(phase: SmtpPhase, time: number): void {
    this.#phases[phase] = (this.#phases[phase] ?? 0) + time;
  }

  remark(kind: RemarkKind, detail: string): void {
    this.#remarks.push({ kind, detail });
  }

  addRemarks(remarks: readonly Remark[]): void {
    this.#remarks.push(...remarks);
  }

  /**
   * @param verdict unless there is one already
   * @param time duration of the session, in milliseconds
   */
  result(verdict: SessionVerdict, time: number): SmtpSession {
    return {
      type: 'session',
      sequence: this.#sequence,
      server: this.#server,
      local: this.local,
      verdict: this.verdict ?? verdict,
      remarks: this.#remarks,
      phases: this.#phases,
      time,
      banner: this.banner,
      capabilities: { plain: this.plain, secured: this.secured },
      tls: this.tls,
      recipients: this.recipients,
    };
  }
}
