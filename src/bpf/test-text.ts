/** Formats tests and values in words: by fields where these are certain, else by offsets in bytes. @module */
import { AncillaryOffset } from './ancillary.ts';
import type { LoadValue, Value } from './compile/value.ts';
import {
  type Field,
  fieldsOf,
  isIpv4HeaderLength,
  isVlanType,
  type Known,
  loadTestOf,
  type ValueTest,
} from './field-names.ts';
import { boundText, contentText, equalityText, type FieldEquality, hexadecimal } from './field-text.ts';

const VARIABLES: Readonly<Record<string, string>> = { headerEnd: 'header end', protocol: 'protocol' };
/** Metadata that the tests of a live capture read. */
const ANCILLARY: Readonly<Record<number, string>> = {
  [AncillaryOffset.packetType]: 'packet type',
  [AncillaryOffset.interfaceIndex]: 'interface index',
  [AncillaryOffset.vlanTag]: 'vlan tag',
  [AncillaryOffset.vlanTagPresent]: 'vlan tag present',
};
const COMPARISONS = { equal: '=', greater: '>', greaterOrEqual: '>=' } as const;
const OPERATORS = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  and: '&',
  or: '|',
  xor: '^',
  lsh: '<<',
  rsh: '>>',
} as const;

/** Formats `ip protocol is tcp`, `len > 60`, `byte 23 = 6`. */
export function testText(test: ValueTest, known: Known): string {
  const { value, comparison, operand } = test;
  const equalities = equalitiesOf(test, known);
  if (equalities !== undefined) return equalities.map(equalityText).join(' and ');
  if (operand.kind === 'constant') {
    const field = value.kind === 'load' ? wholeField(value, known) : undefined;
    const sign = COMPARISONS[comparison];
    if (field !== undefined) return `${field.name} ${sign} ${boundText(field, bytesOf(operand.value, field.length))}`;
    const isProtocol = value.kind === 'variable' && known.variables.get(value) === 'protocol';
    if (isProtocol && comparison === 'equal') return `protocol is ${contentText(PROTOCOL, [operand.value])}`;
  }
  return `${valueText(value, known)} ${COMPARISONS[comparison]} ${operandText(operand, known)}`;
}

/** The content of a variable with the protocol of IPv4 or IPv6. */
const PROTOCOL: Field = { name: 'protocol', offset: 0, length: 1, format: 'protocol' };

/** Returns the field that a load covers exactly. */
function wholeField(value: LoadValue, known: Known): Field | undefined {
  return fieldsOf(value, known).find(({ offset, length }) => offset === value.offset && length === value.size);
}

/** Returns the field that contains all bytes of a load. */
export function fieldAround({ offset, size, ...load }: LoadValue, known: Known): Field | undefined {
  return fieldsOf({ offset, size, ...load }, known).find(
    (field) => field.offset <= offset && offset + size <= field.offset + field.length,
  );
}

/** Splits a test for equality by the fields that it reads; undefined if it reads other bits as well. */
export function equalitiesOf(test: ValueTest, known: Known): FieldEquality[] | undefined {
  const loadTest = test.comparison === 'equal' ? loadTestOf(test) : undefined;
  if (loadTest === undefined) return undefined;
  const { load, k } = loadTest;
  const mask = bytesOf(loadTest.mask, load.size);
  const bits = bytesOf(k, load.size);
  const covered = mask.map((byte) => byte === 0);
  const equalities: FieldEquality[] = [];
  for (const field of fieldsOf(load, known)) {
    const part = (bytes: readonly number[]) =>
      Array.from({ length: field.length }, (_, at) => bytes[field.offset + at - load.offset] ?? 0);
    if (!part(mask).some((byte) => byte !== 0)) continue;
    // The bytes after the type are the number of a tag only if the type is that of a tag.
    const type = equalities.at(-1)?.field.format === 'etherType' ? equalities.at(-1)?.bits : undefined;
    if (field.format === 'vlan' && type !== undefined && !isVlanType(((type[0] ?? 0) << 8) | (type[1] ?? 0))) continue;
    for (let at = 0; at < load.size; at += 1) {
      const inField = load.offset + at - field.offset;
      if (inField >= 0 && inField < field.length) covered[at] = true;
    }
    equalities.push({ field, mask: part(mask), bits: part(bits) });
  }
  return equalities.length > 0 && covered.every(Boolean) ? equalities : undefined;
}

/** Formats a value. */
export function valueText(value: Value, known: Known): string {
  switch (value.kind) {
    case 'constant':
      return `${value.value}`;
    case 'length':
      return 'len';
    case 'ancillary':
      return `${ANCILLARY[value.offset] ?? `word ${value.offset}`} in the kernel's metadata`;
    case 'variable':
      return VARIABLES[known.variables.get(value) ?? 'none'] ?? value.name;
    case 'headerLength':
      return isIpv4HeaderLength(value, known) ? 'ip header length' : `4 * (byte ${value.offset} & 0xf)`;
    case 'load': {
      const field = fieldAround(value, known);
      if (field !== undefined) return partText(field, value);
      const first = value.base === undefined ? `${value.offset}` : `${valueText(value.base, known)} + ${value.offset}`;
      return value.size === 1 ? `byte ${first}` : `${value.size} bytes at ${first}`;
    }
    case 'negate':
      return `-(${valueText(value.operand, known)})`;
    case 'binary': {
      const { operator, right } = value;
      const left = valueText(value.left, known);
      if (right.kind !== 'constant') return `(${left} ${OPERATORS[operator]} ${valueText(right, known)})`;
      if (operator === 'add' && right.value > 0x8000_0000) return `(${left} - ${2 ** 32 - right.value})`;
      return `(${left} ${OPERATORS[operator]} ${operator === 'and' ? hexadecimal(right.value) : right.value})`;
    }
  }
}

function partText(field: Field, { offset, size }: LoadValue): string {
  if (size === field.length) return field.name;
  const first = offset - field.offset;
  return size === 1 ? `byte ${first} of ${field.name}` : `bytes ${first} to ${first + size - 1} of ${field.name}`;
}

/** Large constants are easier to recognise in hexadecimal. */
function operandText(value: Value, known: Known): string {
  if (value.kind === 'constant' && value.value > 255) return `${value.value} (${hexadecimal(value.value)})`;
  return valueText(value, known);
}

function bytesOf(value: number, length: number): readonly number[] {
  return Array.from({ length }, (_, at) => (value >>> (8 * (length - 1 - at))) & 0xff);
}
