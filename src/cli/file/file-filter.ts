/** The filter of a capture file. @module */
import type { LinkType } from '../../base/link-type.ts';
import { compileFilter, type FilterProgram } from '../../bpf/index.ts';
import { resolverFor } from '../filter/filter-names.ts';
import { type FilterSource, readFilter } from '../options.ts';

/**
 * Reads a filter, and returns a function that compiles it for a link type; undefined for an empty filter.
 * @throws StackError `FILE_OPEN`
 */
export async function filterOf(source: FilterSource): Promise<(linkType: LinkType) => FilterProgram | undefined> {
  const expression = await readFilter(source);
  const resolver = await resolverFor(expression);
  return (linkType) => (expression === '' ? undefined : compileFilter(expression, { linkType, resolver }));
}
