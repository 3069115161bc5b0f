/** A kind of file whose header changes from one file to the next. @module */
import type { OutputTarget, RecordFile, RecordFileFormat } from '../../pcap/index.ts';

export class ChangingFormat implements RecordFileFormat {
  readonly recordFormat: RecordFileFormat['recordFormat'];
  readonly layout: RecordFileFormat['layout'];
  #present: RecordFileFormat;
  #change: (() => RecordFileFormat) | undefined;

  constructor(first: RecordFileFormat) {
    this.recordFormat = first.recordFormat;
    this.layout = first.layout;
    this.#present = first;
  }

  /** Files begun from now on are what `change` makes, with records as before; it is asked once the next file begins. */
  change(change: () => RecordFileFormat): void {
    this.#change = change;
  }

  get header(): RecordFileFormat['header'] {
    return this.#now().header;
  }

  get headerLength(): RecordFileFormat['headerLength'] {
    return this.#now().headerLength;
  }

  create(target: OutputTarget): RecordFile {
    return this.#now().create(target);
  }

  #now(): RecordFileFormat {
    if (this.#change !== undefined) {
      this.#present = this.#change();
      this.#change = undefined;
    }
    return this.#present;
  }
}
