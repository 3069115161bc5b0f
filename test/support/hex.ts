/** Converts hex dumps to bytes and back. @module */

/** Returns the bytes of hexadecimal text; ignores white space. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** Returns bytes as hexadecimal text. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
