/** Questions on a terminal. @module */
import type { CommandContext } from '../context.ts';

/** Whether a question can be answered: both ends are a terminal. */
export function isInteractive({ stdout }: Pick<CommandContext, 'stdout'>): boolean {
  return stdout.isTerminal && process.stdin.isTTY;
}

/** Prints `question` and returns the answer without its line feed; an empty text at the end of input. */
export async function askLine(question: string, { stdout }: Pick<CommandContext, 'stdout'>): Promise<string> {
  stdout.write(question);
  for await (const chunk of process.stdin) return String(chunk).replace(/\r?\n[\s\S]*/, '');
  return '';
}
