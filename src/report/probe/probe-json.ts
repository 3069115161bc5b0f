/**
 * Events of probing runs as JSON: one object per line as they happen, or one document at the end. The document is
 * complete also when the run fails. @module
 */
import { jsonText } from '../../base/text.ts';

/** Returns one event as a line; bytes become hexadecimal text. */
export function probeEventToJsonLine(event: object): string {
  return `${jsonText(event)}\n`;
}

/** Collects all events of a run into one document: `{"events":[...],"summary":{...}}`. */
export class ProbeJsonDocument {
  readonly #events: string[] = [];
  #summary = 'null';

  add(event: { readonly type: string }): void {
    const text = jsonText(event);
    if (event.type === 'summary') this.#summary = text;
    else this.#events.push(text);
  }

  /** @param error the reason why the run failed */
  finish(error?: string): string {
    const cause = error === undefined ? '' : `,"error":${jsonText(error)}`;
    return `{"events":[\n${this.#events.join(',\n')}\n],"summary":${this.#summary}${cause}}\n`;
  }
}
