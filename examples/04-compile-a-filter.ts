/**
 * Compiles a pcap-filter(7) expression to a classic BPF program and matches a frame. Needs no privilege.
 * Run it with `node examples/04-compile-a-filter.ts 'tcp port 25'`. @module
 */
import { compileFilter, disassemble, FilterError, LinkType } from 'tapline';

/** Returns the program as `tcpdump -d` prints it, or the error in the expression with carets under the words. */
export function explainFilter(expression: string): string {
  try {
    const program = compileFilter(expression, { linkType: LinkType.ethernet });
    return disassemble(program.instructions);
  } catch (error) {
    if (error instanceof FilterError) return error.toText();
    throw error;
  }
}

/** Returns true when an Ethernet frame matches. */
export function matches(expression: string, frame: Uint8Array): boolean {
  return compileFilter(expression, { linkType: LinkType.ethernet }).match(frame) > 0;
}

if (process.argv[1] === import.meta.filename) console.log(explainFilter(process.argv[2] ?? 'tcp port 25').trimEnd());
