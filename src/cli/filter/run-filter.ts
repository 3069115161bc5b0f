/** `tapline filter` at work. @module */
import { parseIpv4 } from '../../base/address.ts';
import { StackError } from '../../base/errors.ts';
import type { Packet } from '../../base/frame.ts';
import { LINK_TYPE_NAMES, linkTypeName, parseLinkType } from '../../base/link-type.ts';
import { jsonText } from '../../base/text.ts';
import {
  assemble,
  type BpfInstruction,
  disassemble,
  explainFilter,
  type FilterExplanation,
  type FilterOptions,
  trace,
} from '../../bpf/index.ts';
import { openFile } from '../../pcap/index.ts';
import { filterDot, filterExplanationText, filterTraceText } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { allowOne, numberOption, parseFilter, readFilter } from '../options.ts';
import { readTextFile } from '../text-input.ts';
import { resolverFor } from './filter-names.ts';
import type { FilterArguments } from './filter-options.ts';

const MAX_SNAP_LENGTH = 0xffff_ffff;

export async function runFilter(words: FilterArguments, context: CommandContext): Promise<void> {
  allowOne(words, ['json', 'explain', 'graph', 'trace']);
  if (words.bpf !== undefined) {
    const instructions = assemble(await readTextFile(words.bpf), { backwardJumps: true });
    if (words.trace === undefined) context.stdout.write(programText(instructions, words.d));
    else await traceFrame(words.trace, instructions, context);
    return;
  }
  const expression = await readFilter(parseFilter(words));
  const explanation = explainFilter(expression, await compileOptions(words, expression));
  if (words.trace !== undefined) await traceFrame(words.trace, explanation.instructions, context);
  else context.stdout.write(show(explanation, words));
}

function show(explanation: FilterExplanation, words: FilterArguments): string {
  if (words.json) return `${jsonText({ ...explanation, linkType: linkTypeName(explanation.linkType) }, 2)}\n`;
  if (words.explain) return filterExplanationText(explanation);
  if (words.graph) return filterDot(explanation);
  return programText(explanation.instructions, words.d);
}

function programText(instructions: readonly BpfInstruction[], form: number): string {
  return disassemble(instructions, form >= 3 ? 'decimal' : form === 2 ? 'c' : 'text');
}

async function compileOptions(words: FilterArguments, expression: string): Promise<FilterOptions> {
  const linkType = parseLinkType(words.y);
  if (linkType === undefined) {
    throw new StackError('USAGE', `no link type is called ${words.y}; known are ${LINK_TYPE_NAMES.join(', ')}`);
  }
  if (words.netmask !== undefined && parseIpv4(words.netmask) === undefined) {
    throw new StackError('USAGE', `--netmask takes an IPv4 address, not ${JSON.stringify(words.netmask)}`);
  }
  const snapLength = numberOption('-s', words.s, { least: 1, most: MAX_SNAP_LENGTH });
  return {
    linkType,
    ...(snapLength === undefined ? {} : { snapLength }),
    ...(words.netmask === undefined ? {} : { netmask: words.netmask }),
    optimize: !words.O,
    live: words.live,
    strict: words.strict,
    resolver: await resolverFor(expression),
  };
}

async function traceFrame(
  place: string,
  instructions: readonly BpfInstruction[],
  context: CommandContext,
): Promise<void> {
  const [, file = place, number = '1'] = /^(.*)#(\d+)$/.exec(place) ?? [];
  const packet = await frameOf(file, Number(number));
  if (packet === undefined) throw new StackError('USAGE', `${file} has no frame ${number}`);
  const steps = trace(instructions, packet.bytes, packet.wireLength);
  context.stdout.write(filterTraceText(instructions, packet.bytes, steps));
}

async function frameOf(file: string, number: number): Promise<Packet | undefined> {
  await using source = await openFile(file);
  let count = 0;
  for await (const packet of source.packets()) {
    count += 1;
    if (count === number) return packet;
  }
  return undefined;
}
