/** Transcripts of SMTP sessions, as swaks and tapline print them. @module */

/** The marks of swaks: sent, received, and received with an error code; the tilde means TLS. */
const MARKED = /^( ->|<- |<\*\*| ~>|<~ |<~\*)/;

/** Returns the lines of the session, without the RSET that swaks does not send. */
export function transcriptOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => MARKED.test(line));
  const even = lines.map((line) =>
    line
      .replace(/^<\*\*/, '<- ')
      .replace(/^<~\*/, '<~ ')
      .trimEnd(),
  );
  const isReset = (line: string | undefined): boolean => line !== undefined && / [~-]> RSET$/.test(line);
  return even.filter((line, at) => !isReset(line) && !isReset(even[at - 1]));
}
