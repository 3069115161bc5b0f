/** Connections of SMTP sessions over node:net and node:tls. @module */
import { connect, isIP, type Socket } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext, connect as secure, type TLSSocket } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { messageOf, nodeCodeOf } from '../base/errors.ts';
import { describeTls } from './describe-tls.ts';
import type { ServerAddress } from './session-events.ts';
import { TlsWire } from './tls-wire.ts';
import type { SmtpTransport, SmtpTransportEvent } from './transport.ts';

export interface SocketTransportOptions {
  /** Own address. */
  readonly source?: string;
  /** Name for SNI, and which the certificate must have; the host of the server by default. */
  readonly serverName?: string;
  /** From `createTlsContext`: one for all sessions, since it takes longer to create than a handshake. */
  readonly tlsContext: SecureContext;
  /** Receives the secrets of TLS sessions in NSS key log format, as Wireshark reads them. */
  readonly onKeyLog?: (line: Uint8Array) => void;
}

/** Old servers are worth a report: the handshake accepts what OpenSSL can. */
const PERMISSIVE = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

/**
 * Creates the TLS settings of a run.
 * @param authorities certificates in PEM that are trusted in addition to those of Node
 * @throws Error of OpenSSL for a malformed certificate
 */
export function createTlsContext(authorities?: string): SecureContext {
  if (authorities === undefined) return createSecureContext(PERMISSIVE);
  return createSecureContext({ ...PERMISSIVE, ca: [...rootCertificates, authorities] });
}

export class SocketTransport implements SmtpTransport {
  readonly #server: ServerAddress;
  readonly #clock: Clock;
  readonly #options: SocketTransportOptions;
  #listener: (event: SmtpTransportEvent) => void = () => undefined;
  #plain: Socket | undefined;
  #secured: TLSSocket | undefined;
  #unlisten: () => void = () => undefined;
  #isClosed = false;

  constructor(server: ServerAddress, clock: Clock, options: SocketTransportOptions) {
    this.#server = server;
    this.#clock = clock;
    this.#options = options;
  }

  onEvent(listener: (event: SmtpTransportEvent) => void): void {
    this.#listener = listener;
  }

  connect(): void {
    const { address, port } = this.#server;
    const { source } = this.#options;
    const socket = connect({ host: address, port, noDelay: true, ...defined({ localAddress: source }) });
    this.#plain = socket;
    socket.once('connect', () => {
      const local = endText(socket.localAddress, socket.localPort);
      this.#emit({ kind: 'connected', time: this.#clock.now(), local });
    });
    this.#unlisten = this.#listen(socket);
  }

  send(text: string): void {
    (this.#secured ?? this.#plain)?.write(text, 'ascii');
  }

  startTls(): void {
    const socket = this.#plain;
    if (socket === undefined) return;
    const { tlsContext, onKeyLog, serverName = this.#server.host } = this.#options;
    const name = serverName.replace(/\.$/, '');
    this.#unlisten();
    socket.on('error', (error) => this.#end(error)).on('close', () => setImmediate(() => this.#end())); // after its data
    const wire = new TlsWire(socket, (bytes) => this.#emit({ kind: 'data', time: this.#clock.now(), bytes }));
    try {
      const secured = secure({
        socket: wire,
        secureContext: tlsContext,
        servername: isIP(name) === 0 ? name : '',
        rejectUnauthorized: false, // the verdict is reported, not enforced
        checkServerIdentity: () => undefined,
      });
      this.#secured = secured;
      secured.once('secureConnect', () => {
        const time = this.#clock.now();
        this.#emit({ kind: 'secured', time, tls: describeTls(secured, name, this.#clock.wallTime()) });
      });
      if (onKeyLog !== undefined) secured.on('keylog', onKeyLog);
      this.#listen(secured);
    } catch (error) {
      setImmediate(() => this.#end(error)); // a name that cannot be sent as SNI
    }
  }

  close(isAbrupt: boolean): void {
    this.#isClosed = true;
    const [plain, secured] = [this.#plain, this.#secured];
    if (isAbrupt) {
      secured?.destroy();
      plain?.destroy();
    } else if (secured === undefined) plain?.destroySoon();
    else {
      secured.once('close', () => plain?.destroySoon());
      secured.destroySoon();
    }
  }

  /** @returns a function that removes the listeners */
  #listen(socket: Socket): () => void {
    const onData = (bytes: Uint8Array): void => this.#emit({ kind: 'data', time: this.#clock.now(), bytes });
    const onError = (error: unknown): void => this.#end(isEndOfTls(error) ? undefined : error);
    const onClose = (): void => this.#end(); // not on `end`: the error of a reset may follow it
    socket.on('data', onData).on('error', onError).on('close', onClose);
    return () => socket.off('data', onData).off('error', onError).off('close', onClose);
  }

  #end(error?: unknown): void {
    const errorCode = error === undefined ? undefined : (nodeCodeOf(error) ?? 'ERROR');
    const errorText = error === undefined ? undefined : messageOf(error);
    this.#emit({ kind: 'closed', time: this.#clock.now(), errorCode, errorText });
  }

  #emit(event: SmtpTransportEvent): void {
    if (this.#isClosed) return;
    if (event.kind === 'closed') this.#isClosed = true;
    this.#listener(event);
  }
}

/** Node reports a connection that ends in the handshake as reset; a real reset is the error of a system call. */
function isEndOfTls(error: unknown): boolean {
  return nodeCodeOf(error) === 'ECONNRESET' && !('syscall' in Object(error));
}

function endText(address = '', port = 0): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
