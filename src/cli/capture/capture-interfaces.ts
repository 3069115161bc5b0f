/** What `-i` says: an interface, what to keep of its frames, and its own filter. @module */
import { StackError } from '../../base/errors.ts';
import { DEFAULT_SNAP_LENGTH } from '../../capture/index.ts';
import { numberOption } from '../options.ts';

/** `eth0`, `eth0/96`, `eth0 tcp port 25`, `eth0/96 tcp port 25`. */
export interface InterfaceWish {
  readonly interfaceName: string;
  /** Undefined: that of `-s`. */
  readonly snapLength: number | undefined;
  /** Undefined: that of the command line. */
  readonly filter: string | undefined;
}

/**
 * Takes the value of an `-i` apart. No interface's name has a blank or a slash in it (net/core/dev.c, dev_valid_name).
 * @throws StackError `USAGE`
 */
function interfaceWish(text: string): InterfaceWish {
  const [, word = '', filter] = /^\s*(\S*)\s*(.*)$/s.exec(text) ?? [];
  const [interfaceName = '', snapLength, ...rest] = word.split('/');
  if (interfaceName === '' || rest.length > 0) {
    const shown = JSON.stringify(text);
    throw new StackError('USAGE', `-i takes NAME, NAME/SNAPLEN, or either with a filter: 'eth0/96 udp', not ${shown}`);
  }
  return {
    interfaceName,
    snapLength: snapLengthOption(`-i ${interfaceName}/`, snapLength),
    filter: filter === '' ? undefined : filter,
  };
}

/** All of `-i`: one or more. @throws StackError `USAGE` */
export function interfaceWishes(texts: readonly string[]): readonly InterfaceWish[] {
  const wishes = texts.map(interfaceWish);
  for (const { interfaceName } of wishes) {
    if (wishes.filter((wish) => wish.interfaceName === interfaceName).length > 1) {
      throw new StackError('USAGE', `-i ${interfaceName} is given twice`);
    }
  }
  return wishes;
}

/** A snapshot length as tcpdump has it, 0 for the largest. @throws StackError `USAGE` */
export function snapLengthOption(name: string, text: string | undefined): number | undefined {
  const given = numberOption(name, text, { most: DEFAULT_SNAP_LENGTH });
  return given === 0 ? DEFAULT_SNAP_LENGTH : given;
}
