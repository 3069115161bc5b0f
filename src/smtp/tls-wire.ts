/**
 * Carries the bytes of a connection to and from TLS. TLS over the socket itself would hide what the report needs: whether
 * the connection was closed or reset, and whether the server sends TLS at all. @module
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Content types of TLS records that may come first: alert and handshake (RFC 8446, 5.1). */
const FIRST_TYPES = [21, 22];

export class TlsWire extends Duplex {
  readonly #socket: Socket;
  #hasBegun = false;

  /** @param onPlaintext receives bytes that are not TLS, instead of TLS */
  constructor(socket: Socket, onPlaintext: (bytes: Uint8Array) => void) {
    super();
    this.#socket = socket;
    socket.on('data', (bytes: Uint8Array) => {
      if (!this.#hasBegun && !FIRST_TYPES.includes(bytes[0] ?? 0)) {
        onPlaintext(bytes);
        return;
      }
      this.#hasBegun = true;
      this.push(bytes);
    });
    socket.on('end', () => this.push(null));
  }

  override _read(): void {
    // A session is too short to need flow control.
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }
}
