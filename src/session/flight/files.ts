/** The files of a flight recorder: one per window, or several with rotation. @module */
import {
  type CaptureInterface,
  type Compression,
  compressionOfName,
  type PcapngOptions,
  pcapngFileFormat,
} from '../../pcap/index.ts';
import { beforeExtension } from '../series/file-name-template.ts';
import { FileSeries } from '../series/file-series.ts';
import type { FileSeriesOptions } from '../series/series-options.ts';
import type { FlightOutput, FlightTrigger } from './options.ts';

export interface FlightFilesOptions extends FileSeriesOptions {
  /** Default: from the extension of the name. */
  readonly compression?: Compression;
  /** What the files say about the program and the machine. */
  readonly section?: Pick<PcapngOptions, 'application' | 'hardware' | 'operatingSystem'>;
}

/**
 * PCAPNG files, none before the first window. A window's first file is named after the time of its trigger, further
 * files after the time when they begin. A ring, a quota and the free space apply to the files of all windows together.
 */
export class FlightFiles extends FileSeries implements FlightOutput {
  readonly #begin: (comment: string) => void;

  /**
   * @param name as for `FileSeries`; without a `%` the number and the time are inserted before the extension:
   * `trouble.pcapng` becomes `trouble-00001-20261124T071500.pcapng`
   * @param interfaces of the source, in its order
   * @throws StackError `USAGE` for an invalid name, `COMPRESSION`
   */
  constructor(name: string, interfaces: readonly CaptureInterface[], options: FlightFilesOptions = {}) {
    const { compression = compressionOfName(name), section = {}, rotation = {} } = options;
    const template = name.includes('%') ? name : beforeExtension(name, '-%N-%Y%m%dT%H%M%S');
    let format = pcapngFileFormat(interfaces, section, compression);
    super(template, () => format, { ...options, rotation, isLazy: true });
    this.#begin = (comment) => {
      format = pcapngFileFormat(interfaces, { ...section, comment }, compression);
    };
  }

  beginWindow(trigger: FlightTrigger): void {
    this.#begin(`begins at trigger ${describeTrigger(trigger)}`);
    this.next(trigger.seconds);
  }

  endWindow(): void {
    this.next();
  }
}

/** Formats a trigger as `1 (icmp) at 2026-11-24T07:15:00.123Z`. */
export function describeTrigger({ number, reason, seconds, nanoseconds }: FlightTrigger): string {
  return `${number} (${reason}) at ${new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6)).toISOString()}`;
}
