/** Filters of files, and warnings about filters that compile but match nothing. @module */
import type { LinkType } from '../../base/link-type.ts';
import { compileFilter, type FilterError, type FilterProgram } from '../../bpf/index.ts';
import type { CommandContext } from '../context.ts';
import { type FilterSource, readFilter } from '../options.ts';
import { resolverFor } from './filter-names.ts';

/** Writes warnings to standard error, with the filter and carets under the words. */
export function writeWarnings(warnings: readonly FilterError[], { stderr }: CommandContext): void {
  for (const warning of warnings) stderr.write(`tapline: warning: ${warning.toText()}\n`);
}

/**
 * Reads a filter, and returns a function that compiles it for a link type of a file and writes each warning once. The
 * function returns undefined for an empty filter.
 * @throws StackError `FILE_OPEN`
 */
export async function fileFilter(
  source: FilterSource,
  optimize: boolean,
  context: CommandContext,
): Promise<(linkType: LinkType) => FilterProgram | undefined> {
  const expression = await readFilter(source);
  const resolver = await resolverFor(expression);
  const written = new Set<string>();
  return (linkType) => {
    if (expression === '') return undefined;
    const program = compileFilter(expression, { linkType, resolver, optimize });
    writeWarnings(
      program.warnings.filter(({ message }) => !written.has(message)),
      context,
    );
    for (const { message } of program.warnings) written.add(message);
    return program;
  };
}
