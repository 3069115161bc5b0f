/** PCAPNG files of a source that describes more interfaces while it is read. @module */
import type { RecordBatch } from '../../capture/index.ts';
import {
  type CaptureInterface,
  type Compression,
  compressionOfName,
  encodeInterface,
  type PcapngOptions,
  pcapngFileFormat,
  type RecordFileFormat,
} from '../../pcap/index.ts';
import type { TakenRecords } from '../record-output.ts';
import { FileSeries } from './file-series.ts';
import type { FileSeriesOptions } from './series-options.ts';

/** Bytes of descriptions per batch. A single one is up to about 200 KiB long. */
const MANY = 1 << 20;

/**
 * A series whose files describe all interfaces known at their beginning, numbered like those of the source;
 * descriptions of later ones follow between the frames.
 */
export class GrowingFiles extends FileSeries {
  readonly #source: { readonly interfaces: readonly CaptureInterface[] };
  /** Number of interfaces that the current file describes. A new file describes them all. */
  readonly #described: { count: number };
  /** Number of interfaces described once the last records of `descriptions` are written. */
  #toldUpTo: number;

  /**
   * @param name as for `FileSeries`
   * @throws StackError `USAGE`, `FILE_CREATE`, `COMPRESSION`
   * @throws OutputError
   */
  constructor(
    name: string,
    source: { readonly interfaces: readonly CaptureInterface[] },
    settings: {
      /** Default: from the extension of the name. */
      readonly compression?: Compression;
      readonly pcapng?: PcapngOptions;
      readonly series?: FileSeriesOptions;
    },
  ) {
    const { compression = compressionOfName(name), pcapng = {}, series = {} } = settings;
    const described = { count: source.interfaces.length };
    let format = pcapngFileFormat(source.interfaces, pcapng, compression);
    let formatCount = described.count;
    const formatNow = (): RecordFileFormat => {
      if (formatCount < described.count) {
        format = pcapngFileFormat(source.interfaces.slice(0, described.count), pcapng, compression);
        formatCount = described.count;
      }
      return format;
    };
    super(name, formatNow, series);
    this.#source = source;
    this.#described = described;
    this.#toldUpTo = described.count;
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

  override async take(batch: RecordBatch): Promise<TakenRecords> {
    const taken = await super.take(batch);
    this.#described.count = this.#toldUpTo;
    return taken;
  }
}
