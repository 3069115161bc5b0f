/** From pcap-filter(7) text to a classic BPF program, and to verdicts. Needs no privilege, and no Node either. @module */
import { compileFilter, disassemble, FilterError, LinkType } from 'tapline';

/** The program of an expression as `tcpdump -d` prints it, or what is wrong with it, with carets under the words. */
export function explainFilter(expression: string): string {
  try {
    const program = compileFilter(expression, { linkType: LinkType.ethernet });
    return disassemble(program.instructions);
  } catch (error) {
    if (error instanceof FilterError) return error.toText();
    throw error;
  }
}

/** Whether an Ethernet frame matches. */
export function matches(expression: string, frame: Uint8Array): boolean {
  return compileFilter(expression, { linkType: LinkType.ethernet }).match(frame) > 0;
}
