/**
 * Connection profiles of NetworkManager (nm-settings-keyfile(5)). A profile has no drop-in files: the present one is copied
 * under a new name and a higher priority, and left as it is. @module
 */
import { createHash } from 'node:crypto';
import type { Plan } from '../edit.ts';
import { refuse } from '../edits/plan-parts.ts';
import type { ConfigureHost } from '../host.ts';
import type { LinkManager } from '../managers.ts';
import { MARK, type WantedFile } from './persistent-file.ts';

const FOLDER = '/etc/NetworkManager/system-connections';
/** Profiles contain secrets; NetworkManager ignores files that others can read. */
const SECRET_MODE = 0o600;
const PRIORITY = '100';

type Sections = Map<string, Map<string, string>>;

export function networkManagerFiles(host: ConfigureHost, plan: Plan, manager: LinkManager): readonly WantedFile[] {
  const name = plan.link?.name ?? '';
  const path = `${FOLDER}/tapline-${name.replace(/[^\w.-]/g, '-')}.nmconnection`;
  const present = profileOf(host, manager.configuration);
  if (present === undefined) {
    throw refuse(`--persist cannot find the profile ${manager.configuration} of ${name} in ${FOLDER}; use nmcli(1)`);
  }
  const sections = parse(present);
  const connection = sectionOf(sections, 'connection');
  connection.set('id', `tapline-${name}`);
  connection.set('uuid', uuidOf(name));
  connection.set('interface-name', name);
  connection.set('autoconnect-priority', PRIORITY);
  change(sections, plan);
  return [{ path, text: format(sections), mode: SECRET_MODE }];
}

/** The profile that is active: the file of that UUID. */
function profileOf(host: ConfigureHost, uuid: string): string | undefined {
  const texts = host.listFiles(FOLDER).flatMap((file) => host.readFile(`${FOLDER}/${file}`) ?? []);
  return texts.find((text) => parse(text).get('connection')?.get('uuid') === uuid);
}

function change(sections: Sections, { edit }: Plan): void {
  const ethernet = sections.has('802-3-ethernet') ? '802-3-ethernet' : 'ethernet';
  const set = (section: string, key: string, value: string): void => {
    sectionOf(sections, section).set(key, value);
  };
  if (edit.kind === 'mtu') set(ethernet, 'mtu', String(edit.mtu));
  else if (edit.kind === 'media') {
    set(ethernet, 'auto-negotiate', String(edit.autonegotiation === true));
    if (edit.speed !== undefined) set(ethernet, 'speed', String(edit.speed));
    if (edit.duplex !== undefined) set(ethernet, 'duplex', edit.duplex);
  } else if (edit.kind === 'address' && edit.action === 'add') {
    const section = sectionOf(sections, edit.address.includes(':') ? 'ipv6' : 'ipv4');
    let number = 1;
    while (section.has(`address${number}`)) number += 1;
    section.set(`address${number}`, edit.address);
  } else {
    throw refuse(`--persist has no NetworkManager setting for this change (${edit.kind}); use nmcli(1)`);
  }
}

function parse(text: string): Sections {
  const sections: Sections = new Map();
  let current = new Map<string, string>();
  for (const line of text.split('\n')) {
    const title = /^\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (title !== undefined) current = sectionOf(sections, title);
    const at = line.indexOf('=');
    if (title === undefined && at > 0 && !line.startsWith('#'))
      current.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return sections;
}

function sectionOf(sections: Sections, title: string): Map<string, string> {
  const found = sections.get(title) ?? new Map<string, string>();
  sections.set(title, found);
  return found;
}

function format(sections: Sections): string {
  return [...sections]
    .map(([title, values]) => `[${title}]\n${[...values].map(([key, value]) => `${key}=${value}\n`).join('')}`)
    .join('\n');
}

/** The same for the same interface, so that the file replaces itself. */
function uuidOf(name: string): string {
  const digits = createHash('sha256').update(`${MARK} ${name}`).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}
