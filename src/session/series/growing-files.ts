/** PCAPNG files of a source that tells of its interfaces while it is read. @module */
import {
  type CaptureInterface,
  type Compression,
  compressionOfName,
  encodeInterface,
  type PcapngOptions,
  pcapngFileFormat,
} from '../../pcap/index.ts';
import type { OutputBatch, TakenRecords } from '../record-output.ts';
import { ChangingFormat } from './changing-format.ts';
import { FileSeries } from './file-series.ts';
import type { FileSeriesOptions } from './series-options.ts';

/** Bytes of descriptions after which the rest waits for another batch. One of them is at most some 200 KiB long. */
const MANY = 1 << 20;

/**
 * A series of files each of which describes all interfaces that are known when it begins, numbered as the source numbers
 * them; those that the source tells of later follow between the frames.
 */
export class GrowingFiles extends FileSeries {
  readonly #source: { readonly interfaces: readonly CaptureInterface[] };
  readonly #compression: Compression;
  readonly #options: PcapngOptions;
  readonly #format: ChangingFormat;
  /** Interfaces that the present file describes, and how many it will once it has what was handed out last. */
  #described: number;
  #toldUpTo: number;

  /**
   * @param name as `FileSeries` has it
   * @throws StackError `USAGE`, `FILE_CREATE`, `COMPRESSION`
   * @throws OutputError
   */
  constructor(
    name: string,
    source: { readonly interfaces: readonly CaptureInterface[] },
    settings: {
      /** Default: as the name says. */
      readonly compression?: Compression;
      readonly pcapng?: PcapngOptions;
      readonly series?: FileSeriesOptions;
    },
  ) {
    const { compression = compressionOfName(name), pcapng = {}, series = {} } = settings;
    const format = new ChangingFormat(pcapngFileFormat(source.interfaces, pcapng, compression));
    super(name, format, series);
    this.#source = source;
    this.#compression = compression;
    this.#options = pcapng;
    this.#described = source.interfaces.length;
    this.#toldUpTo = this.#described;
    this.#format = format;
  }

  descriptions(): Uint8Array | undefined {
    const { interfaces } = this.#source;
    const blocks: Uint8Array[] = [];
    let length = 0;
    while (this.#toldUpTo < interfaces.length && length < MANY) {
      const block = encodeInterface(interfaces[this.#toldUpTo] as CaptureInterface);
      blocks.push(block);
      length += block.length;
      this.#toldUpTo += 1;
    }
    return length === 0 ? undefined : Buffer.concat(blocks);
  }

  override async take(batch: OutputBatch): Promise<TakenRecords> {
    const taken = await super.take(batch);
    if (this.#described < this.#toldUpTo) {
      this.#described = this.#toldUpTo;
      this.#format.change(() => this.#formatNow());
    }
    return taken;
  }

  #formatNow(): ReturnType<typeof pcapngFileFormat> {
    const described = this.#source.interfaces.slice(0, this.#described);
    return pcapngFileFormat(described, this.#options, this.#compression);
  }
}
