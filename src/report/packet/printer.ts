/** What a layer's printer is, and the line that it prints into. @module */
import type { Layer, LayerKind, LayerOf } from '../../dissect/index.ts';
import { ConversationTable } from '../../tcp/index.ts';
import { EndpointNames } from './names.ts';
import type { PacketPrintOptions } from './options.ts';

/** Prints the layers of one kind. */
export interface LayerPrinter<L extends Layer> {
  /** The text of a layer. Undefined: the line ends before this layer. */
  text(layer: L, line: Line): string | undefined;
  /** The layer is part of the link header, which dumps leave out and which a line shows with `-e` only. */
  readonly isLinkHeader?: boolean;
  /** The layer's text replaces the length of the UDP datagram that carries it. */
  readonly replacesLength?: boolean;
  /** The text of an undecoded payload of this layer, if it differs from the usual text. */
  unknownText?(unknown: LayerOf<'unknown'>): string;
}

/**
 * The printers of a protocol by kind of layer. A key such as `[|tcp]` has the printer of headers that were cut off and
 * that tcpdump marks so; without one, the mark alone is printed.
 */
export type Printers<K extends LayerKind> = { readonly [P in K]: LayerPrinter<LayerOf<P>> } & TruncationPrinters;

interface TruncationPrinters {
  readonly [mark: `[|${string}]`]: LayerPrinter<LayerOf<'truncated'>> | undefined;
}

/** The line that is printed: its settings, its layers, and the position in them. One instance prints many lines. */
export class Line {
  readonly options: PacketPrintOptions;
  readonly verbosity: number;
  readonly names: EndpointNames;
  readonly conversations = new ConversationTable();
  /** The innermost IP header printed so far. */
  ip: LayerOf<'ipv4' | 'ipv6'> | undefined;
  readonly #printers: Printers<LayerKind>;
  #layers: readonly Layer[] = [];
  #index = 0;

  constructor(printers: Printers<LayerKind>, options: PacketPrintOptions) {
    this.#printers = printers;
    this.options = options;
    this.verbosity = options.verbosity ?? 0;
    this.names = new EndpointNames(options);
  }

  /** The texts of all layers. */
  print(layers: readonly Layer[]): string {
    this.ip = undefined;
    this.#layers = layers;
    this.#index = 0;
    let text = '';
    for (const layer of layers) {
      const part = this.printerOf(layer).text(layer, this);
      if (part === undefined) break;
      text += part;
      this.#index += 1;
    }
    return text;
  }

  /** The layer before the one that is printed. */
  get previous(): Layer | undefined {
    return this.#layers[this.#index - 1];
  }

  /** The layer after the one that is printed. */
  get next(): Layer | undefined {
    return this.#layers[this.#index + 1];
  }

  printerOf(layer: Layer): LayerPrinter<Layer> {
    const printers = this.#printers;
    if (layer.kind !== 'truncated') return printers[layer.kind];
    return printers[`[|${layer.protocol}]`] ?? printers.truncated;
  }

  /** True with `-e`, and, like in tcpdump, where the link header is all that can be said about a frame. */
  get isLinkShown(): boolean {
    if (this.options.linkHeader === true) return true;
    for (let index = this.#index + 1; index < this.#layers.length; index += 1) {
      const layer = this.#layers[index];
      if (layer === undefined || layer.kind === 'unknown') return layer !== undefined;
      if (this.printerOf(layer).isLinkHeader !== true) return false;
    }
    return false;
  }
}
