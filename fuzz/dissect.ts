/**
 * Fuzz target: dissection, lines and JSON. Any bytes of any link type must result in layers in bounds and in a line of
 * bounded length without control characters. @module
 */
import { dissect } from '../src/dissect/dissect.ts';
import { frameToJson } from '../src/report/packet/json.ts';
import { PacketPrinter } from '../src/report/packet/line.ts';
import type { PacketPrintOptions } from '../src/report/packet/options.ts';
import { RandomSource } from '../test/support/random-source.ts';
import { SEED_FRAMES } from './frames.ts';
import { mutate } from './mutate.ts';

const LINK_TYPES = [1, 1, 1, 1, 0, 101, 108, 113, 228, 229, 276, 147] as const;

const STYLES: readonly PacketPrintOptions[] = [
  {},
  { numeric: true, linkHeader: true, verbosity: 3 },
  { quiet: true, time: 'date', number: true },
  { verbosity: 1, absoluteSequence: true, time: 'sincePrevious', dump: { form: 'hexAndText' } },
  { dump: { form: 'text', withLinkHeader: true }, time: 'epoch' },
];

/** Control characters, except tab and line feed, which the printer uses. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Maximum length of a text. Real frames stay far below it, because the number of layers is limited. */
const MAX_TEXT_LENGTH = 100_000;

/** Runs one seed. */
export function fuzzDissect(seed: number): void {
  const random = new RandomSource(seed);
  const bytes = mutate(SEED_FRAMES[random.below(SEED_FRAMES.length)] ?? new Uint8Array(0), random);
  const linkType = LINK_TYPES[random.below(LINK_TYPES.length)] ?? 1;
  const wireLength = random.below(4) === 0 ? random.next() : bytes.length;
  const frame = {
    data: bytes,
    offset: 0,
    length: bytes.length,
    wireLength,
    seconds: random.next(),
    nanoseconds: random.below(1_000_000_000),
    interfaceIndex: 0,
  };
  for (const layer of dissect(frame, linkType, { checksums: true }).layers) {
    const isInside = layer.start >= 0 && layer.start <= bytes.length + 0xffff && layer.headerLength >= 0;
    if (!isInside) throw new Error(`layer out of bounds: ${JSON.stringify(layer)}`);
  }
  const text = new PacketPrinter(STYLES[random.below(STYLES.length)] ?? {}).format(frame, linkType);
  if (text.length > MAX_TEXT_LENGTH) throw new Error(`text of ${text.length} characters`);
  if (UNPRINTABLE.test(text)) throw new Error(`control character in ${JSON.stringify(text)}`);
  JSON.stringify(frameToJson(frame, linkType));
}
