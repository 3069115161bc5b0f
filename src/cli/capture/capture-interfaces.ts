/** The values of `-i`: an interface, its snapshot length, and its own filter. @module */
import { StackError } from '../../base/errors.ts';
import { DEFAULT_SNAP_LENGTH } from '../../capture/index.ts';
import { numberOption } from '../options.ts';

/** `eth0`, `eth0/96`, `eth0 tcp port 25`, `eth0/96 tcp port 25`. */
export interface InterfaceChoice {
  readonly interfaceName: string;
  /** Bytes. */
  readonly snapLength: number;
  /** Undefined: the filter of the command line. */
  readonly filter: string | undefined;
}

/** Parses `-i` and `-s`. @throws StackError `USAGE` */
export function parseInterfaces(words: {
  readonly i: readonly string[];
  readonly s: string | undefined;
}): readonly InterfaceChoice[] {
  const snapLength = snapLengthOption('-s', words.s) ?? DEFAULT_SNAP_LENGTH;
  const choices = words.i.map((text) => parseInterface(text, snapLength));
  for (const { interfaceName } of choices) {
    if (choices.filter((choice) => choice.interfaceName === interfaceName).length > 1) {
      throw new StackError('USAGE', `-i ${interfaceName} is given twice`);
    }
  }
  return choices;
}

/** Names of interfaces contain neither blanks nor slashes (net/core/dev.c, dev_valid_name). */
function parseInterface(text: string, snapLength: number): InterfaceChoice {
  const [, word = '', filter] = /^\s*(\S*)\s*(.*)$/s.exec(text) ?? [];
  const [interfaceName = '', ownLength, ...rest] = word.split('/');
  if (interfaceName === '' || rest.length > 0) {
    const shown = JSON.stringify(text);
    throw new StackError('USAGE', `-i takes NAME, NAME/SNAPLEN, or either with a filter: 'eth0/96 udp', not ${shown}`);
  }
  return {
    interfaceName,
    snapLength: snapLengthOption(`-i ${interfaceName}/`, ownLength) ?? snapLength,
    filter: filter === '' ? undefined : filter,
  };
}

/** As in tcpdump, 0 means the default. */
function snapLengthOption(name: string, text: string | undefined): number | undefined {
  const given = numberOption(name, text, { most: DEFAULT_SNAP_LENGTH });
  return given === 0 ? DEFAULT_SNAP_LENGTH : given;
}
