/** The `--edit-…` options of `tapline replay`. @module */
import { parseAddress, parseMac } from '../../base/address.ts';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { AddressMapping, ReplayEdits } from '../../session/index.ts';
import { numberOption } from '../options.ts';

interface EditWords {
  readonly 'edit-source-mac': string | undefined;
  readonly 'edit-destination-mac': string | undefined;
  readonly 'edit-address': readonly string[];
  readonly 'edit-add-vlan': string | undefined;
  readonly 'edit-remove-vlan': boolean;
}

/** @returns undefined without any of them @throws StackError `USAGE` */
export function parseEdits(words: EditWords): ReplayEdits | undefined {
  const addresses = words['edit-address'].map(parseMapping);
  const edits: ReplayEdits = defined({
    sourceMac: macOption('--edit-source-mac', words['edit-source-mac']),
    destinationMac: macOption('--edit-destination-mac', words['edit-destination-mac']),
    addVlan: numberOption('--edit-add-vlan', words['edit-add-vlan'], { most: 4094 }),
    removeVlan: words['edit-remove-vlan'] || undefined,
    addresses: addresses.length === 0 ? undefined : addresses,
  });
  return Object.keys(edits).length === 0 ? undefined : edits;
}

function macOption(name: string, text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const mac = parseMac(text);
  if (mac === undefined) throw new StackError('USAGE', `${name} takes a MAC address, not ${JSON.stringify(text)}`);
  return mac;
}

function parseMapping(text: string): AddressMapping {
  const parts = text.split('=').map(parseNetwork);
  const [from, to] = parts;
  const isPair = parts.length === 2 && from !== undefined && to !== undefined;
  if (isPair && from.address.length === to.address.length && from.prefixLength === to.prefixLength) {
    return { from: from.address, to: to.address, prefixLength: from.prefixLength };
  }
  const wanted = 'two addresses of one family, or two prefixes of one length (10.0.0.0/8=192.0.0.0/8)';
  throw new StackError('USAGE', `--edit-address takes ${wanted}, not ${JSON.stringify(text)}`);
}

function parseNetwork(text: string): { readonly address: Uint8Array; readonly prefixLength: number } | undefined {
  const [addressText = '', lengthText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  const bits = address.length * 8;
  if (lengthText === undefined) return { address, prefixLength: bits };
  const prefixLength = /^\d{1,3}$/.test(lengthText) ? Number(lengthText) : Number.NaN;
  return prefixLength <= bits ? { address, prefixLength } : undefined;
}
