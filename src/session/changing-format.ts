/** A kind of file whose header changes from one file to the next. @module */
import type { OutputTarget, RecordFile, RecordFileFormat } from '../pcap/index.ts';

export class ChangingFormat implements RecordFileFormat {
  /** What files begun from now on are. */
  present: RecordFileFormat;

  constructor(first: RecordFileFormat) {
    this.present = first;
  }

  get recordFormat(): RecordFileFormat['recordFormat'] {
    return this.present.recordFormat;
  }

  get layout(): RecordFileFormat['layout'] {
    return this.present.layout;
  }

  get header(): Uint8Array {
    return this.present.header;
  }

  get headerLength(): number {
    return this.present.headerLength;
  }

  create(target: OutputTarget): RecordFile {
    return this.present.create(target);
  }
}
