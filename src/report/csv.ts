/** Comma-separated values (RFC 4180). @module */

/** Returns one line of fields, ending with a newline; undefined fields are empty. */
export function csvLine(fields: readonly (string | number | boolean | undefined)[]): string {
  return `${fields.map((field) => csvField(String(field ?? ''))).join(',')}\n`;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
