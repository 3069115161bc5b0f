/**
 * Events of probing runs as JSON: one object per line as they happen, or one document at the end. The document is
 * complete also when the run fails. @module
 */

/** Returns one event as a line; bytes become hexadecimal text. */
export function probeEventToJsonLine(event: object): string {
  return `${JSON.stringify(event, replaceBytes)}\n`;
}

/** Collects all events of a run into one document: `{"events":[...],"summary":{...}}`. */
export class ProbeJsonDocument {
  readonly #events: string[] = [];
  #summary = 'null';

  add(event: { readonly type: string }): void {
    const text = JSON.stringify(event, replaceBytes);
    if (event.type === 'summary') this.#summary = text;
    else this.#events.push(text);
  }

  /** @param error the reason why the run failed */
  finish(error?: string): string {
    const cause = error === undefined ? '' : `,"error":${JSON.stringify(error)}`;
    return `{"events":[\n${this.#events.join(',\n')}\n],"summary":${this.#summary}${cause}}\n`;
  }
}

function replaceBytes(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
