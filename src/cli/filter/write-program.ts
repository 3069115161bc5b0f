/** Writes the program of a filter in the forms of `-d`. @module */
import { type BpfInstruction, compileFilter, disassemble, type FilterOptions } from '../../bpf/index.ts';
import type { CommandContext } from '../context.ts';
import { type FilterSource, readFilter } from '../options.ts';
import { resolverFor } from './filter-names.ts';
import { writeWarnings } from './filter-warnings.ts';

/** @param form the number of `-d`: 3 for numbers, 2 for C, otherwise text */
export function programText(instructions: readonly BpfInstruction[], form: number): string {
  return disassemble(instructions, form >= 3 ? 'decimal' : form === 2 ? 'c' : 'text');
}

/** Compiles a filter, and writes its warnings and its program. @throws FilterError */
export async function writeProgram(
  filter: FilterSource,
  form: number,
  options: FilterOptions,
  context: CommandContext,
): Promise<void> {
  const expression = await readFilter(filter);
  const { instructions, warnings } = compileFilter(expression, {
    ...options,
    resolver: await resolverFor(expression),
  });
  writeWarnings(warnings, context);
  context.stdout.write(programText(instructions, form));
}
