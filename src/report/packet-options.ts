/** What a packet line shows; each choice with the tcpdump option of the same meaning. @module */

/** Where names come from. They may be any text; lines show them in printable form. */
export interface PacketNames {
  /** The name of an address, at once or not at all. */
  readonly host?: (address: string) => string | undefined;
  /** The name of a port. Without this, and unless `numeric`, the built-in table is asked. */
  readonly service?: (port: number, protocol: 'tcp' | 'udp' | 'sctp') => string | undefined;
  /** The name of an interface by its kernel index, for cooked frames. */
  readonly interfaceName?: (index: number) => string | undefined;
  /** The name of a frame's source by its `interfaceIndex`: stands behind the time, where a capture has several. */
  readonly sourceName?: (interfaceIndex: number) => string | undefined;
}

/** What stands at the line's beginning. */
export type TimeStyle = 'clock' | 'none' | 'epoch' | 'sincePrevious' | 'date' | 'sinceFirst';

/** Bytes below the line; `withLinkHeader` also those of the link layer. */
export interface DumpStyle {
  readonly form: 'hex' | 'hexAndText' | 'text';
  readonly withLinkHeader?: boolean;
}

export interface PacketPrintOptions {
  /** clock: none of `-t`; none `-t`, epoch `-tt`, sincePrevious `-ttt`, date `-tttt`, sinceFirst `-ttttt`. */
  readonly time?: TimeStyle;
  /** `--micro`, `--nano`. Default: `micro`. */
  readonly timestampPrecision?: 'micro' | 'nano';
  /** Default: the machine's time zone, as tcpdump. */
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
  /** `-K`: of IP, TCP and UDP; ICMP's are shown all the same, as by tcpdump. */
  readonly skipChecksums?: boolean;
  /** `-#` */
  readonly number?: boolean;
  /** `-x`, `-xx`, `-X`, `-XX`, `-A`, `-AA` */
  readonly dump?: DumpStyle;
}
