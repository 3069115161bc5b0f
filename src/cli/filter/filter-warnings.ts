/** Compiles the filters of commands and writes their warnings. @module */
import type { LinkType } from '../../base/link-type.ts';
import { compileFilter, type FilterError, type FilterProgram } from '../../bpf/index.ts';
import type { CommandContext } from '../context.ts';
import { resolverFor } from './filter-names.ts';

/** Writes warnings to standard error, with the filter and carets under the words. */
export function writeWarnings(warnings: readonly FilterError[], { stderr }: CommandContext): void {
  for (const warning of warnings) stderr.write(`tapline: warning: ${warning.toText()}\n`);
}

/** Compiles the filter of a file for each link type in it; writes each warning once. Undefined: every frame matches. */
export async function fileFilter(
  expression: string,
  context: CommandContext,
): Promise<(linkType: LinkType) => FilterProgram | undefined> {
  const resolver = await resolverFor(expression);
  const written = new Set<string>();
  return (linkType) => {
    if (expression === '') return undefined;
    const program = compileFilter(expression, { linkType, resolver });
    writeWarnings(
      program.warnings.filter(({ message }) => !written.has(message)),
      context,
    );
    for (const { message } of program.warnings) written.add(message);
    return program;
  };
}
