/** The command line of `tapline replay`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { ReplayOptions, ReplayPace } from '../../session/index.ts';
import type { ConfinementNeeds } from '../confinement/confinement-plan.ts';
import { userOption } from '../confinement/user-option.ts';
import { optionGroup } from '../option-group.ts';
import { type FilterSource, filterFile, filterWords, numberOption, parseFilter } from '../options.ts';
import { INPUT_FILE } from './read-options.ts';
import { parseEdits } from './replay-edits.ts';

export type ReplayArguments = ReturnType<typeof replayOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface ReplayCommand {
  /** `-` is standard input. */
  readonly file: string;
  readonly filter: FilterSource;
  readonly interfaceName: string;
  readonly run: ReplayOptions;
  /** Send also on an interface with a default route. */
  readonly allowsDefaultRoute: boolean;
  readonly format: 'text' | 'json';
  readonly confinement: ConfinementNeeds;
}

const Group = {
  frames: 'What to send:',
  pace: 'Speed and limits:',
  edits: 'Changes to frames:',
  other: 'Safety and output:',
} as const;

const MAX_RATE = 1e9;
const MEGABIT = 1e6;
const MAX_VLAN = 4094;

export function replayOptions(command: Argv) {
  return otherWords(editWords(paceWords(frameWords(filterWords(command.positional('file', INPUT_FILE))))));
}

function frameWords<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.frames);
  return command
    .option('i', {
      alias: 'interface',
      type: 'string',
      demandOption: true,
      group: Group.frames,
      describe: 'interface to send on',
    })
    .option('F', filterFile(Group.frames))
    .option('interface-number', value('send only frames of this interface of the file, from 0'))
    .option('pad', flag('fill truncated frames with zeros instead of skipping them'));
}

function paceWords<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.pace);
  return command
    .option('multiplier', value('multiple of the recorded speed', { defaultDescription: '1' }))
    .option('rate', value('frames per second'))
    .option('mbit', value('megabits per second, of frames'))
    .option('top-speed', flag('send as fast as the interface accepts frames'))
    .option('loop', value('number of times to send the file; 0 until interrupted', { defaultDescription: '1' }))
    .option('c', value('number of frames to send', { alias: 'packets', defaultDescription: 'no limit' }));
}

function editWords<T>(command: Argv<T>) {
  const { flag, value, values } = optionGroup(Group.edits);
  return command
    .option('edit-source-mac', value('source address of all Ethernet frames'))
    .option('edit-destination-mac', value('destination address of all Ethernet frames'))
    .option(
      'edit-address',
      values('FROM=TO: replace IP addresses or prefixes (10.0.0.0/8=192.0.0.0/8) and adjust checksums'),
    )
    .option('edit-add-vlan', value(`insert a VLAN tag with this identifier, 0 to ${MAX_VLAN}`))
    .option('edit-remove-vlan', flag('remove the outermost VLAN tag'));
}

function otherWords<T>(command: Argv<T>) {
  const { flag } = optionGroup(Group.other);
  return command
    .option('yes-send', flag('send also on an interface with a default route'))
    .option('json', flag('print the counters as JSON'))
    .option('v', flag('report the user and the limits of the rest of the run', { alias: 'verbose' }))
    .option('Z', userOption(Group.other));
}

/** @throws StackError `USAGE` */
export function parseReplay(words: ReplayArguments): ReplayCommand {
  const rounds = numberOption('--loop', words.loop) ?? 1;
  if (rounds !== 1 && words.file === '-') {
    throw new StackError('USAGE', '--loop needs a file; standard input can be read only once');
  }
  return {
    file: words.file,
    filter: parseFilter(words),
    interfaceName: words.i,
    run: {
      pace: parsePace(words),
      rounds: rounds === 0 ? Number.POSITIVE_INFINITY : rounds,
      pad: words.pad,
      ...defined({
        limit: numberOption('-c', words.c, { least: 1 }),
        interfaceNumber: numberOption('--interface-number', words['interface-number']),
        edits: parseEdits(words),
      }),
    },
    allowsDefaultRoute: words['yes-send'],
    format: words.json ? 'json' : 'text',
    confinement: { isVerbose: words.v, user: words.Z, input: rounds === 1 ? undefined : words.file },
  };
}

function parsePace(words: ReplayArguments): ReplayPace {
  const given = (['multiplier', 'rate', 'mbit', 'top-speed'] as const).filter((name) => Boolean(words[name]));
  if (given.length > 1) throw new StackError('USAGE', `--${given[0]} and --${given[1]} exclude each other`);
  const range = { least: 0.001, most: MAX_RATE, fraction: true };
  const speed = numberOption('--multiplier', words.multiplier, range);
  const frames = numberOption('--rate', words.rate, range);
  const megabits = numberOption('--mbit', words.mbit, range);
  if (words['top-speed']) return { kind: 'top' };
  if (frames !== undefined) return { kind: 'frames', perSecond: frames };
  if (megabits !== undefined) return { kind: 'bits', perSecond: megabits * MEGABIT };
  return { kind: 'recorded', speed: speed ?? 1 };
}
