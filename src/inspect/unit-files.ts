/** Unit files of systemd: descriptions, and the sockets that systemd listens on for a service. @module */
import { readdirSync } from 'node:fs';
import { parseAddress } from '../base/address.ts';
import { readIfThere } from './read-if-there.ts';

/** Folders of unit files, the most important first (systemd.unit(5)); those of user managers last. */
const FOLDERS = [
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/etc/systemd/user',
  '/usr/lib/systemd/user',
];

/** Characters of unit names (systemd.unit(5)). Unit names come from control groups, which users may create. */
const UNIT_NAME = /^[\w:.\\@-]+\.(service|scope|socket)$/;

export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

export class UnitFiles {
  readonly #root: string;
  readonly #descriptions = new Map<string, string | undefined>();
  #sockets: ReadonlyMap<string, string> | undefined;

  /** @param root prefix of the folders, for tests */
  constructor(root = '') {
    this.#root = root;
  }

  /** Returns the Description= of a unit, with its specifiers expanded; undefined without a unit file. */
  description(unit: string): string | undefined {
    if (!this.#descriptions.has(unit)) this.#descriptions.set(unit, this.#readDescription(unit));
    return this.#descriptions.get(unit);
  }

  /** Returns the .socket unit with this ListenStream=, on which systemd listens before the service starts. */
  socketUnit({ address, port }: ListenAddress): string | undefined {
    this.#sockets ??= this.#readSockets();
    return this.#sockets.get(`${address} ${port}`);
  }

  #readDescription(unit: string): string | undefined {
    if (!UNIT_NAME.test(unit)) return undefined;
    const template = unit.replace(/@.*(\.\w+)$/, '@$1');
    const texts = [this.#readUnit(unit) ?? this.#readUnit(template), ...this.#readDropIns(template, unit)];
    const values = texts.flatMap((text) => (text === undefined ? [] : valuesOf(text, 'Unit', 'Description')));
    const description = values.at(-1);
    return description === undefined || description === '' ? undefined : expand(description, unit);
  }

  #readUnit(name: string): string | undefined {
    for (const folder of FOLDERS) {
      const text = readIfThere(`${this.#root}${folder}/${name}`);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** Drop-ins apply in the order of their file names; one of a more important folder replaces its namesake. */
  #readDropIns(...units: readonly string[]): string[] {
    const paths = new Map<string, string>();
    for (const unit of units) {
      for (const folder of FOLDERS.toReversed()) {
        const dropIns = `${this.#root}${folder}/${unit}.d`;
        for (const name of namesIn(dropIns)) if (name.endsWith('.conf')) paths.set(name, `${dropIns}/${name}`);
      }
    }
    const sorted = [...paths].sort(([left], [right]) => (left < right ? -1 : 1));
    return sorted.flatMap(([, path]) => readIfThere(path) ?? []);
  }

  #readSockets(): ReadonlyMap<string, string> {
    const units = new Map<string, string>();
    const names = new Set(FOLDERS.flatMap((folder) => namesIn(`${this.#root}${folder}`)));
    for (const name of names) {
      if (!name.endsWith('.socket')) continue;
      const texts = [this.#readUnit(name) ?? '', ...this.#readDropIns(name)];
      const streams = texts.flatMap((text) => valuesOf(text, 'Socket', 'ListenStream'));
      // An empty value clears the list.
      for (const stream of streams.slice(streams.lastIndexOf('') + 1)) {
        for (const key of listenKeys(stream)) units.set(key, name);
      }
    }
    return units;
  }
}

/** `22` is the wildcard address of both families; `10.1.1.1:22`, `[::1]:22`. */
function listenKeys(stream: string): string[] {
  if (/^\d{1,5}$/.test(stream)) return [`:: ${stream}`, `0.0.0.0 ${stream}`];
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(stream) ?? [];
  const address = v6 ?? v4;
  return address === undefined || parseAddress(address) === undefined ? [] : [`${address} ${port}`];
}

/** Returns the values of `key` in the section `[section]`, in order. A backslash at the end continues a line. */
function valuesOf(text: string, section: string, key: string): string[] {
  const values: string[] = [];
  let current = '';
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    if (trimmed.startsWith('[') && trimmed.endsWith(']')) current = trimmed.slice(1, -1);
    const equals = trimmed.indexOf('=');
    if (current === section && equals > 0 && trimmed.slice(0, equals).trimEnd() === key) {
      values.push(trimmed.slice(equals + 1).trim());
    }
  }
  return values;
}

/** Expands the specifiers of names; others, which depend on the running system, stay as they are. */
function expand(description: string, unit: string): string {
  const name = unit.replace(/\.\w+$/, '');
  const at = name.indexOf('@');
  const prefix = at < 0 ? name : name.slice(0, at);
  const instance = at < 0 ? '' : name.slice(at + 1);
  const values: Readonly<Record<string, string>> = {
    n: unit,
    N: name,
    p: prefix,
    P: unescapeUnit(prefix),
    i: instance,
    I: unescapeUnit(instance),
    '%': '%',
  };
  return description.replace(/%(.)/g, (whole, letter: string) => values[letter] ?? whole);
}

/** systemd-escape(1): `-` is a slash, `\x2d` a dash. */
function unescapeUnit(text: string): string {
  return text
    .replaceAll('-', '/')
    .replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
