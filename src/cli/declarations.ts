/** What a command declares: its options and the places of its other words. @module */
import type { Argv, CommandModule, Options, PositionalOptions } from 'yargs';

/** A place of words that are not options: `<name>`, `[name]`, or `[name..]` for several. */
export interface Place {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isRepeatable: boolean;
  /** The value without a word. */
  readonly otherwise: unknown;
}

export interface Declarations {
  readonly options: ReadonlyMap<string, Options>;
  readonly places: readonly Place[];
}

/**
 * Collects the declarations of a command. Its builder runs with the two methods of yargs that builders use, not with
 * yargs, which takes 10 ms more (bench/live/start.ts) and is loaded for help and completion only.
 */
export function declarationsOf({ command, builder }: CommandModule): Declarations {
  const options = new Map<string, Options>();
  const positionals = new Map<string, PositionalOptions>();
  const collector = {
    option(name: string, details: Options) {
      options.set(name, details);
      return collector;
    },
    positional(name: string, details: PositionalOptions) {
      positionals.set(name, details);
      return collector;
    },
  };
  if (typeof builder === 'function') void builder(collector as unknown as Argv);
  const places = Array.from(String(command).matchAll(/([<[])(\w+)(\.\.)?/g), ([, bracket, name = '', dots]) => ({
    name,
    isRequired: bracket === '<',
    isRepeatable: dots !== undefined,
    otherwise: positionals.get(name)?.default as unknown,
  }));
  return { options, places };
}
