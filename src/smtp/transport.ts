/** The connection of one SMTP session, as its engine uses it. @module */
import type { TlsReport } from './tls-report.ts';

/** Times are those of the clock of the run. */
export type SmtpTransportEvent =
  | {
      readonly kind: 'connected';
      readonly time: number;
      /** Own address and port. */
      readonly local: string;
    }
  | {
      readonly kind: 'data';
      readonly time: number;
      /** Owned by the receiver. */
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'secured'; readonly time: number; readonly tls: TlsReport }
  | {
      /** The connection failed or ended; the last event. */
      readonly kind: 'closed';
      readonly time: number;
      /** `ECONNRESET`, or a code of OpenSSL; undefined if the server closed the connection in good order. */
      readonly errorCode: string | undefined;
      readonly errorText: string | undefined;
    };

/** Never calls its listener from within one of its methods. */
export interface SmtpTransport {
  onEvent(listener: (event: SmtpTransportEvent) => void): void;
  connect(): void;
  /** Sends text in ASCII. */
  send(text: string): void;
  /** Starts the handshake. Bytes that are not TLS are reported as `data` before `secured`. */
  startTls(): void;
  /** Closes the connection. @param isAbrupt does not wait until sent data is acknowledged */
  close(isAbrupt: boolean): void;
}
