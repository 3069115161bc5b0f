/** Speed, duplex and autonegotiation of an interface. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Duplex, type Link, type LinkModes, type LinkModesChange, NetlinkError } from '../../netlink/index.ts';
import { Errno } from '../../sys/syscall.ts';
import type { MediaEdit, Plan } from '../edit.ts';
import type { ConfigureHost } from '../host.ts';
import { readLinkModes, writeMedia } from '../media-access.ts';
import { findLink } from '../scope.ts';
import { refuse, scopeOf } from './plan-parts.ts';

/** Milliseconds that a link may take to negotiate. */
const NEGOTIATION_TIME = 5000;
const NEGOTIATION_PAUSE = 100;
/** 802.3, clause 28B: half duplex ends at 1000 Mbit/s. */
const FULL_DUPLEX_ONLY = 1000;

export interface MediaMode {
  /** Megabits per second. */
  readonly speed: number;
  readonly duplex: Duplex;
}

/** Returns the speeds that the driver supports, from slow to fast. */
export function mediaModes({ supported }: LinkModes): readonly MediaMode[] {
  const found = new Map<string, MediaMode>();
  for (const name of supported) {
    const [, speed, duplex] = /^(\d+)base.*\/(Half|Full)$/.exec(name) ?? [];
    if (speed === undefined || duplex === undefined) continue;
    const mode = { speed: Number(speed), duplex: duplex === 'Half' ? 'half' : 'full' } as const;
    found.set(modeText(mode), mode);
  }
  return [...found.values()].sort((one, other) => one.speed - other.speed || (one.duplex === 'half' ? -1 : 1));
}

/** `100/full`; unknown parts are `?`. */
export function modeText({ speed, duplex }: Pick<LinkModesChange, 'speed' | 'duplex'>): string {
  return `${speed ?? '?'}/${duplex ?? '?'}`;
}

/** `autonegotiation`, or `100/full`. */
function settingText(media: LinkModesChange): string {
  return media.autonegotiation === true ? 'autonegotiation' : modeText(media);
}

/** @throws StackError `EDIT`, `NO_INTERFACE` */
export async function planMedia(host: ConfigureHost, links: readonly Link[], edit: MediaEdit): Promise<Plan> {
  const link = findLink(links, edit.interface);
  const modes = await readLinkModes(host, link.index);
  if (modes === undefined) {
    throw refuse(
      `${link.name} has no media settings: its driver${link.kind === undefined ? '' : ` (${link.kind})`} has none`,
    );
  }
  const wanted = wantedMode(link.name, modes, edit);
  const before = settingText(modes);
  const after = settingText(wanted);
  const isVirtual = mediaModes(modes).length === 0;
  return {
    edit,
    title: `media of ${link.name}: ${after}`,
    link,
    changes: before === after ? [] : [{ what: `media of ${link.name}`, from: before, to: after }],
    risks: [
      'the link goes down until both ends agree; both ends must have the same setting',
      ...(isVirtual ? [`the driver of ${link.name} lists no modes; the setting may be without effect`] : []),
    ],
    scope: scopeOf(links, link, { media: link.index }),
    created: [],
    async apply(target) {
      try {
        await writeMedia(target, { interfaceIndex: link.index, ...wanted });
      } catch (error) {
        if (!(error instanceof NetlinkError) || error.errno !== Errno.EOPNOTSUPP) throw error;
        throw refuse(`the driver of ${link.name} cannot change media settings`, error);
      }
    },
    verify: (target) => verifyMedia(target, link, wanted),
  };
}

/** @throws StackError `EDIT` for settings that do not combine, or that the driver does not support */
function wantedMode(name: string, modes: LinkModes, edit: MediaEdit): LinkModesChange {
  const { autonegotiation, speed, duplex } = edit;
  const known = mediaModes(modes);
  if (autonegotiation === true) {
    if (speed !== undefined || duplex !== undefined) throw refuse('autonegotiation selects speed and duplex itself');
    if (known.length > 0 && !modes.supported.includes('Autoneg'))
      throw refuse(`${name} does not support autonegotiation`);
    return { autonegotiation };
  }
  if (speed === undefined || duplex === undefined) throw refuse('a forced mode needs both speed and duplex');
  if (speed >= FULL_DUPLEX_ONLY && duplex === 'half') throw refuse(`there is no half duplex at ${speed} Mbit/s`);
  if (known.length > 0 && !known.some((mode) => mode.speed === speed && mode.duplex === duplex)) {
    throw refuse(`${name} does not support ${modeText(edit)}; it supports ${known.map(modeText).join(', ')}`);
  }
  return { autonegotiation: false, speed, duplex };
}

/** Reads back what the driver has made of it: some acknowledge a mode and keep another. */
async function verifyMedia(host: ConfigureHost, link: Link, wanted: LinkModesChange): Promise<readonly string[]> {
  for (const deadline = performance.now() + NEGOTIATION_TIME; ; await sleep(NEGOTIATION_PAUSE)) {
    const now = await readLinkModes(host, link.index);
    if (now === undefined) return [`${link.name} no longer reports media settings`];
    if (wanted.autonegotiation === true) {
      return now.autonegotiation === true ? [] : [`autonegotiation of ${link.name} is still off`];
    }
    if (now.autonegotiation !== true && modeText(now) === modeText(wanted)) return [];
    const isSettled = now.speed !== undefined && now.duplex !== undefined;
    if (isSettled || performance.now() > deadline) {
      return [`the driver of ${link.name} accepted ${modeText(wanted)} but reports ${settingText(now)}`];
    }
  }
}
