/** The values of `-i`: an interface, its snapshot length, and its own filter. @module */
import { StackError } from '../../base/errors.ts';
import { type LinkType, linkTypeName } from '../../base/link-type.ts';
import { type CaptureDevice, DEFAULT_SNAP_LENGTH } from '../../capture/index.ts';
import { numberOption } from '../options.ts';

/** `eth0`, `eth0/96`, `eth0 tcp port 25`, `eth0/96 tcp port 25`. */
export interface InterfaceChoice {
  readonly interfaceName: string;
  /** Bytes. */
  readonly snapLength: number;
  /** Undefined: the filter of the command line. */
  readonly filter: string | undefined;
}

/** The options as yargs returns them. */
export interface InterfaceWords {
  readonly i: readonly string[];
  readonly s: string | undefined;
}

/** Parses `-i` and `-s`. @throws StackError `USAGE`, also without an interface */
export function parseInterfaces(words: InterfaceWords): readonly InterfaceChoice[] {
  if (words.i.length === 0) {
    throw new StackError('USAGE', 'no interface given; add -i NAME (`tapline interfaces` lists them)');
  }
  const snapLength = parseSnapLength(words);
  const choices = words.i.map((text) => parseInterface(text, snapLength));
  for (const { interfaceName } of choices) {
    if (choices.filter((choice) => choice.interfaceName === interfaceName).length > 1) {
      throw new StackError('USAGE', `-i ${interfaceName} is given twice`);
    }
  }
  return choices;
}

/** Parses `-s`. @returns bytes @throws StackError `USAGE` */
export function parseSnapLength({ s }: Pick<InterfaceWords, 's'>): number {
  return snapLengthOption('-s', s) ?? DEFAULT_SNAP_LENGTH;
}

/**
 * Replaces numbers of `-D` by names, unless an interface has the number as its name.
 * @throws StackError `NO_INTERFACE`
 */
export async function withInterfaceNames(choices: readonly InterfaceChoice[]): Promise<readonly InterfaceChoice[]> {
  const isNumber = ({ interfaceName }: InterfaceChoice): boolean => /^\d+$/.test(interfaceName);
  if (!choices.some(isNumber)) return choices;
  const { listInterfaces, numberInterfaces } = await import('../../inspect/index.ts');
  const numbered = numberInterfaces(await listInterfaces());
  return choices.map((choice) => {
    const { interfaceName } = choice;
    if (!isNumber(choice) || numbered.some(({ name }) => name === interfaceName)) return choice;
    const found = numbered.find(({ number }) => number === Number(interfaceName));
    if (found !== undefined) return { ...choice, interfaceName: found.name };
    throw new StackError(
      'NO_INTERFACE',
      `no interface has the number ${interfaceName}; \`tapline capture -D\` lists them`,
    );
  });
}

/**
 * Checks `-y`. An interface has one link type.
 * @throws StackError `USAGE`
 */
export function checkLinkType({ name, linkType }: CaptureDevice, wanted: LinkType | undefined): void {
  if (wanted === undefined || wanted === linkType) return;
  const types = `${linkTypeName(linkType)}, not ${linkTypeName(wanted)}`;
  throw new StackError('USAGE', `the link type of ${name} is ${types} (-y); -L lists the link types of an interface`);
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
