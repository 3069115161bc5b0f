/** Runs `tapline filter`: compiles a filter, explains it, or applies it to the frames of a file. @module */
import { parseIpv4 } from '../../base/address.ts';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { linkTypeName } from '../../base/link-type.ts';
import { jsonText } from '../../base/text.ts';
import { assemble, explainFilter, type FilterExplanation, type FilterOptions } from '../../bpf/index.ts';
import { filterDot, filterExplanationText } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { allowOne, numberOption, parseFilter, parseLinkTypeName, readFilter } from '../options.ts';
import { readTextFile } from '../text-input.ts';
import { countFrames, traceFrame, traceProgram } from './filter-frames.ts';
import { resolverFor } from './filter-names.ts';
import type { FilterArguments } from './filter-options.ts';
import { writeWarnings } from './filter-warnings.ts';
import { programText } from './write-program.ts';

const MAX_SNAP_LENGTH = 0xffff_ffff;

export async function runFilter(words: FilterArguments, context: CommandContext): Promise<void> {
  allowOne(words, ['explain', 'graph', 'trace', 'count']);
  allowOne(words, ['json', 'explain']);
  allowOne(words, ['json', 'graph']);
  allowOne(words, ['bpf', 'count']);
  const { trace, count, bpf, json } = words;
  if (bpf !== undefined) {
    const instructions = assemble(await readTextFile(bpf), { backwardJumps: true });
    const text =
      trace === undefined ? programText(instructions, words.d) : await traceProgram(trace, instructions, json);
    context.stdout.write(text);
    return;
  }
  const expression = await readFilter(parseFilter(words));
  const options = await compileOptions(words, expression);
  if (trace !== undefined) return traceFrame({ place: trace, expression, options, json }, context);
  if (count !== undefined) return countFrames({ place: count, expression, options, json }, context);
  const explanation = explainFilter(expression, options);
  writeWarnings(explanation.warnings, context);
  context.stdout.write(show(explanation, words));
}

function show(explanation: FilterExplanation, words: FilterArguments): string {
  if (words.json) {
    const warnings = explanation.warnings.map(({ message, parts }) => ({ message, parts }));
    return `${jsonText({ ...explanation, linkType: linkTypeName(explanation.linkType), warnings }, 2)}\n`;
  }
  if (words.explain) return filterExplanationText(explanation);
  if (words.graph) return filterDot(explanation);
  return programText(explanation.instructions, words.d);
}

/** Without `-y` there is no link type in the options: Ethernet, or that of the file. */
async function compileOptions(words: FilterArguments, expression: string): Promise<FilterOptions> {
  const linkType = parseLinkTypeName('-y', words.y);
  if (words.netmask !== undefined && parseIpv4(words.netmask) === undefined) {
    throw new StackError('USAGE', `--netmask takes an IPv4 address, not ${JSON.stringify(words.netmask)}`);
  }
  const snapLength = numberOption('-s', words.s, { least: 1, most: MAX_SNAP_LENGTH });
  return {
    ...defined({ linkType, snapLength, netmask: words.netmask }),
    optimize: !words.O,
    live: words.live,
    strict: words.strict,
    resolver: await resolverFor(expression),
  };
}
