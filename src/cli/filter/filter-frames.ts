/** Runs `tapline filter --trace` and `--count`, which apply a filter to the frames of a file. @module */
import { StackError } from '../../base/errors.ts';
import type { Packet } from '../../base/frame.ts';
import { type LinkType, linkTypeName } from '../../base/link-type.ts';
import { jsonText } from '../../base/text.ts';
import { type BpfInstruction, type FilterOptions, FilterTests, trace } from '../../bpf/index.ts';
import { type FileSource, openFile } from '../../pcap/index.ts';
import { type FilterCount, filterCountText, filterDecisionText, filterTraceText } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { writeWarnings } from './filter-warnings.ts';

export interface FrameQuestion {
  /** `FILE`, or `FILE#N` for frame N. */
  readonly place: string;
  readonly expression: string;
  /** Without a link type, that of the frame applies. */
  readonly options: FilterOptions;
  readonly json: boolean;
}

interface FoundFrame {
  readonly packet: Packet;
  readonly linkType: LinkType;
}

/** Writes the tests that decide about a frame, and its path through the program. */
export async function traceFrame(
  { place, expression, options, json }: FrameQuestion,
  context: CommandContext,
): Promise<void> {
  const { packet, linkType } = await frameAt(place);
  const { bytes, wireLength } = packet;
  const filter = new FilterTests(expression, { linkType, ...options });
  writeWarnings(filter.program.warnings, context);
  const { instructions } = filter.program;
  const decision = filter.decide(bytes, wireLength);
  const steps = trace(instructions, bytes, wireLength);
  const text = json
    ? `${jsonText({ expression, linkType: linkTypeName(filter.program.linkType), ...decision, ...steps }, 2)}\n`
    : `${filterDecisionText(decision, steps.verdict > 0)}${filterTraceText(instructions, bytes, steps)}`;
  context.stdout.write(text);
}

/** Returns the path of a frame through a compiled program. */
export async function traceProgram(
  place: string,
  instructions: readonly BpfInstruction[],
  json: boolean,
): Promise<string> {
  const { packet } = await frameAt(place);
  const steps = trace(instructions, packet.bytes, packet.wireLength);
  return json ? `${jsonText(steps, 2)}\n` : filterTraceText(instructions, packet.bytes, steps);
}

/**
 * Reads a frame of a file.
 * @throws StackError `USAGE` when the file has no such frame
 */
async function frameAt(place: string): Promise<FoundFrame> {
  const [, file = place, number = '1'] = /^(.*)#(\d+)$/.exec(place) ?? [];
  await using source = await openFile(file);
  let count = 0;
  for await (const packet of source.packets()) {
    count += 1;
    if (count === Number(number)) return { packet, linkType: linkTypeOf(source, packet.interfaceIndex) };
  }
  throw new StackError('USAGE', `${file} has no frame ${number}; it has ${count}`);
}

function linkTypeOf(source: FileSource, interfaceIndex: number): LinkType {
  return source.interfaces[interfaceIndex]?.linkType ?? source.linkType;
}

/** Writes the number of frames in a file that each test matches. */
export async function countFrames(
  { place, expression, options, json }: FrameQuestion,
  context: CommandContext,
): Promise<void> {
  await using source = await openFile(place);
  const filters = new Map<LinkType, FilterTests>();
  const filterFor = (linkType: LinkType): FilterTests => {
    const known = filters.get(linkType);
    if (known !== undefined) return known;
    const filter = new FilterTests(expression, { linkType, ...options });
    writeWarnings(filter.program.warnings, context);
    filters.set(linkType, filter);
    return filter;
  };
  const { tests } = filterFor(source.linkType);
  const matches = tests.map(() => 0);
  const total = { frames: 0, matches: 0 };
  for await (const batch of source.batches()) {
    batch.forEach(({ data, offset, length, wireLength, interfaceIndex }) => {
      const bytes = data.subarray(offset, offset + length);
      const filter = filterFor(linkTypeOf(source, interfaceIndex));
      total.frames += 1;
      if (filter.program.match(bytes, wireLength) > 0) total.matches += 1;
      for (const [index, isMatch] of filter.matching(bytes, wireLength).entries()) {
        if (isMatch) matches[index] = (matches[index] ?? 0) + 1;
      }
    });
  }
  const count: FilterCount = {
    ...total,
    tests: tests.map((test, index) => ({ ...test, matches: matches[index] ?? 0 })),
  };
  context.stdout.write(json ? `${jsonText({ expression, ...count }, 2)}\n` : filterCountText(count));
}
