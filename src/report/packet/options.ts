/** What a packet line shows; each choice with the tcpdump option of the same meaning. @module */

/** Where names come from. Whatever they return is printed as it is: the caller has made it fit for a terminal. */
interface PacketNames {
  /** The name of an address; undefined if it is not known yet. */
  readonly host?: (address: string) => string | undefined;
  /** The name of a port. Default: the built-in table. */
  readonly service?: (port: number, protocol: 'tcp' | 'udp' | 'sctp') => string | undefined;
  /** The name of an interface by its kernel index, for cooked frames. */
  readonly interfaceName?: (index: number) => string | undefined;
  /** The name of a frame's interface by `interfaceIndex`, printed after the time in captures of several interfaces. */
  readonly sourceName?: (interfaceIndex: number) => string | undefined;
}

/** Style of the timestamp. */
export type TimeStyle = 'clock' | 'none' | 'epoch' | 'sincePrevious' | 'date' | 'sinceFirst';

/** Dump of bytes below the line; `withLinkHeader` includes those of the link layer. */
export interface DumpStyle {
  readonly form: 'hex' | 'hexAndText' | 'text';
  readonly withLinkHeader?: boolean;
}

/** Options of a packet line. */
export interface PacketPrintOptions {
  /** none: `-t`, epoch: `-tt`, sincePrevious: `-ttt`, date: `-tttt`, sinceFirst: `-ttttt`. Default: clock. */
  readonly time?: TimeStyle;
  /** `--micro`, `--nano`. Default: `micro`. */
  readonly timestampPrecision?: 'micro' | 'nano';
  /** Default: the time zone of the machine, like tcpdump. */
  readonly timeZone?: 'local' | 'utc';
  /** `-n`: numbers for ports and addresses. Default: false. */
  readonly numeric?: boolean;
  readonly names?: PacketNames;
  /** `-e` */
  readonly linkHeader?: boolean;
  /** `-q` */
  readonly quiet?: boolean;
  /** `-v` is 1, `-vv` 2, `-vvv` 3. */
  readonly verbosity?: 0 | 1 | 2 | 3;
  /** `-S` */
  readonly absoluteSequence?: boolean;
  /** `-K`: do not verify checksums of IP, TCP and UDP; those of ICMP are verified, like by tcpdump. */
  readonly skipChecksums?: boolean;
  /** `-#` */
  readonly number?: boolean;
  /** `--lengths`: `caplen 60, len 1514,` before the time. */
  readonly lengths?: boolean;
  /** `-x`, `-xx`, `-X`, `-XX`, `-A`, `-AA` */
  readonly dump?: DumpStyle;
}
