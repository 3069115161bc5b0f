/** The command line of `tapline etherconfig`. @module */
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';
import { nearestWord } from '../../base/nearest-word.ts';
import type { Edit, VlanProtocol } from '../../configure/index.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';

export type EtherconfigArguments = ReturnType<typeof etherconfigOptions> extends Argv<infer Words> ? Words : never;

/** Settings that can be viewed. */
export type EtherconfigView = 'media' | 'vlan' | 'loopback' | 'mtu' | 'multicast';

/** How a change is made. */
export interface EditCommand {
  readonly kind: 'edit';
  readonly edit: Edit;
  /** Seconds; undefined for the default. */
  readonly confirmTime: number | undefined;
  readonly now: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly persist: boolean;
  readonly runtimeOnly: boolean;
}

/** A parsed command line. */
export type EtherconfigCommand = { readonly json: boolean } & (
  | { readonly kind: 'menu' }
  | { readonly kind: 'view'; readonly view: EtherconfigView; readonly interface: string | undefined }
  | { readonly kind: 'confirm' | 'revert' | 'status' | 'recover' }
  | EditCommand
);

const Group = {
  change: 'Changes:',
  media: 'Media (media edit):',
  vlan: 'VLANs (vlan new, vlan edit):',
  output: 'Output:',
} as const;

/** Longest time to confirm a change, in seconds: a day. */
const MAX_CONFIRM_TIME = 86_400;
const MAX_NUMBER = 0xffff_ffff;

const OPERATIONS =
  'media [view [IF]], media edit IF; mtu [view [IF]], mtu edit IF MTU; vlan [list], vlan new PARENT ID, vlan edit|delete NAME; ' +
  'loopback [view], loopback add|delete ADDRESS; multicast [view], multicast accept|reject; address add|delete IF ADDRESS/LENGTH; ' +
  'confirm, revert, status, recover; without one, the menu';

export function etherconfigOptions(command: Argv) {
  const output = optionGroup(Group.output);
  return vlanWords(mediaWords(changeWords(command)))
    .positional('operation', { type: 'string', describe: OPERATIONS })
    .positional('argument', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'arguments of the operation',
    })
    .option('json', output.flag('print JSON; changes print one event per line'));
}

function changeWords<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.change);
  return command
    .option('dry-run', flag('show the change and its risks without making it'))
    .option('timeout', value('seconds until an unconfirmed change is rolled back', { defaultDescription: '120' }))
    .option('wait', flag('wait until the change is confirmed or rolled back'))
    .option('now', flag('keep the change as soon as it is verified; the word NOW must be typed'))
    .option('yes', flag('do not ask for the word'))
    .option(
      'persist',
      flag('write a file for systemd-networkd, NetworkManager or ifupdown when the change is confirmed'),
    )
    .option('runtime-only', flag('change the kernel although another program manages the interface'));
}

function mediaWords<T>(command: Argv<T>) {
  const { value } = optionGroup(Group.media);
  return command
    .option('speed', value('force this speed, in Mbit/s'))
    .option('duplex', { choices: ['half', 'full'] as const, group: Group.media, describe: 'force this duplex mode' })
    .option('autoneg', { choices: ['on', 'off'] as const, group: Group.media, describe: 'autonegotiation' });
}

function vlanWords<T>(command: Argv<T>) {
  const { value } = optionGroup(Group.vlan);
  return command
    .option('name', value('name of a new VLAN interface', { defaultDescription: 'PARENT.ID' }))
    .option('id', value('new VLAN ID'))
    .option('protocol', {
      choices: ['802.1Q', '802.1ad'] as const,
      group: Group.vlan,
      describe: 'tag protocol; 802.1ad is the outer tag of QinQ',
    })
    .option('mtu', value('MTU of a new VLAN interface', { defaultDescription: 'that of its parent' }));
}

/** @throws StackError `USAGE` */
export function parseEtherconfig(words: EtherconfigArguments): EtherconfigCommand {
  const { json, operation } = words;
  if (operation === undefined) return { kind: 'menu', json };
  const name = operation.toLowerCase();
  switch (name) {
    case 'confirm':
    case 'revert':
    case 'status':
    case 'recover':
      takeArguments(words, name, [], 0);
      return { kind: name, json };
    case 'media':
    case 'mtu':
    case 'vlan':
    case 'loopback':
    case 'multicast':
      return parseSetting(words, name);
    case 'address':
      return edit(words, parseAddressEdit(words));
    default:
      throw unknownOperation(operation);
  }
}

function parseSetting(words: EtherconfigArguments, view: EtherconfigView): EtherconfigCommand {
  const [action = 'view'] = words.argument;
  const isView = action.toLowerCase() === (view === 'vlan' ? 'list' : 'view') || words.argument.length === 0;
  if (!isView) return edit(words, parseEdit(words, view, action.toLowerCase()));
  const hasInterface = view === 'media' || view === 'mtu';
  const [, name] = takeArguments(words, `${view} view`, hasInterface ? ['IF'] : [], hasInterface ? 2 : 1);
  return { kind: 'view', view, interface: name, json: words.json };
}

function parseEdit(words: EtherconfigArguments, view: EtherconfigView, action: string): Edit {
  const key = `${view} ${action}`;
  switch (key) {
    case 'mtu edit': {
      const [, name = '', mtu] = exactly(words, key, ['IF', 'MTU']);
      return { kind: 'mtu', interface: name, mtu: numberOption('MTU', mtu, { most: MAX_NUMBER }) ?? 0 };
    }
    case 'media edit': {
      const [, name = ''] = exactly(words, key, ['IF']);
      return parseMedia(words, name);
    }
    case 'vlan new': {
      const [, parent = '', id] = exactly(words, key, ['PARENT', 'ID']);
      const number = numberOption('ID', id, { most: MAX_NUMBER }) ?? 0;
      const mtu = numberOption('--mtu', words.mtu, { most: MAX_NUMBER });
      return { kind: 'vlan', action: 'new', parent, id: number, name: words.name, protocol: protocolOf(words), mtu };
    }
    case 'vlan edit': {
      const [, name = ''] = exactly(words, key, ['NAME']);
      const id = numberOption('--id', words.id, { most: MAX_NUMBER });
      if (id === undefined && words.protocol === undefined) {
        throw new StackError('USAGE', 'vlan edit needs --id or --protocol; `mtu edit` changes the MTU');
      }
      return { kind: 'vlan', action: 'edit', name, id, protocol: protocolOf(words) };
    }
    case 'vlan delete': {
      const [, name = ''] = exactly(words, key, ['NAME']);
      return { kind: 'vlan', action: 'delete', name };
    }
    case 'loopback add':
    case 'loopback delete': {
      const [, address = ''] = exactly(words, key, ['ADDRESS']);
      return { kind: 'loopback', action: action === 'add' ? 'add' : 'delete', address };
    }
    case 'multicast accept':
    case 'multicast reject':
      exactly(words, key, []);
      return { kind: 'multicast', policy: action === 'accept' ? 'accept' : 'reject' };
    default:
      throw new StackError(
        'USAGE',
        `etherconfig ${view} has no operation ${JSON.stringify(action)}; known: ${ACTIONS[view]}`,
      );
  }
}

const ACTIONS: Readonly<Record<EtherconfigView, string>> = {
  media: 'view, edit',
  mtu: 'view, edit',
  vlan: 'list, new, edit, delete',
  loopback: 'view, add, delete',
  multicast: 'view, accept, reject',
};

function parseAddressEdit(words: EtherconfigArguments): Edit {
  const [action = '', name = '', address = ''] = words.argument;
  if (action !== 'add' && action !== 'delete') {
    throw new StackError(
      'USAGE',
      'etherconfig address takes add|delete IF ADDRESS/LENGTH; `tapline interfaces` lists addresses',
    );
  }
  exactly(words, `address ${action}`, ['IF', 'ADDRESS/LENGTH']);
  return { kind: 'address', action, interface: name, address };
}

function parseMedia(words: EtherconfigArguments, name: string): Edit {
  const speed = numberOption('--speed', words.speed, { least: 1, most: MAX_NUMBER - 1 });
  const { duplex, autoneg } = words;
  if (speed === undefined && duplex === undefined && autoneg === undefined) {
    throw new StackError('USAGE', 'media edit needs --autoneg on, or --speed and --duplex');
  }
  return {
    kind: 'media',
    interface: name,
    autonegotiation: autoneg === undefined ? undefined : autoneg === 'on',
    speed,
    duplex,
  };
}

function protocolOf({ protocol }: EtherconfigArguments): VlanProtocol | undefined {
  return protocol;
}

function edit(words: EtherconfigArguments, change: Edit): EtherconfigCommand {
  allowOne(words, ['now', 'timeout']);
  allowOne(words, ['now', 'wait']);
  allowOne(words, ['persist', 'runtime-only']);
  return {
    kind: 'edit',
    edit: change,
    json: words.json,
    confirmTime: numberOption('--timeout', words.timeout, { least: 1, most: MAX_CONFIRM_TIME }),
    now: words.now,
    yes: words.yes,
    dryRun: words['dry-run'],
    wait: words.wait,
    persist: words.persist,
    runtimeOnly: words['runtime-only'],
  };
}

/** The arguments, the operation itself included. @throws StackError `USAGE` unless all are present */
function exactly(words: EtherconfigArguments, operation: string, names: readonly string[]): readonly string[] {
  const given = takeArguments(words, operation, names, names.length + 1);
  if (given.length === names.length + 1) return given;
  throw new StackError('USAGE', `usage: tapline etherconfig ${[operation, ...names].join(' ')}`);
}

function takeArguments(
  words: EtherconfigArguments,
  operation: string,
  names: readonly string[],
  most: number,
): readonly string[] {
  const { argument } = words;
  if (argument.length <= most) return argument;
  throw new StackError(
    'USAGE',
    `too many arguments: ${argument.slice(most).join(' ')}; usage: tapline etherconfig ${[operation, ...names].join(' ')}`,
  );
}

function unknownOperation(operation: string): StackError {
  const known = [...Object.keys(ACTIONS), 'address', 'confirm', 'revert', 'status', 'recover'];
  const nearest = nearestWord(operation, known);
  const advice = nearest === undefined ? `known: ${known.join(', ')}` : `did you mean ${nearest}?`;
  return new StackError('USAGE', `etherconfig has no operation ${JSON.stringify(operation)}; ${advice}`);
}
