/** Declarations of options, by their group in `--help`. @module */

/** Titles in `--help` of the commands that read and write frames. */
export const FrameGroup = {
  input: 'What to capture:',
  instead: 'Instead of capturing:',
  file: 'What to read:',
  limits: 'Limits:',
  lines: 'Printed lines:',
  files: 'Files:',
  rotation: 'Series of files:',
  flight: 'Flight recorder:',
  advanced: 'Advanced:',
} as const;

interface OptionDetails {
  readonly alias?: string | readonly string[];
  /** The default as `--help` shows it. */
  readonly defaultDescription?: string;
}

/** Returns functions that declare options of one group: flags, options with a value, and flags that are counted. */
export function optionGroup(group: string) {
  return {
    flag: (describe: string, details: OptionDetails = {}) =>
      ({ type: 'boolean', default: false, group, describe, ...details }) as const,
    value: (describe: string, details: OptionDetails = {}) =>
      ({ type: 'string', group, describe, ...details }) as const,
    count: (describe: string) => ({ type: 'count', group, describe }) as const,
    values: (describe: string, details: OptionDetails = {}) =>
      ({ type: 'string', array: true, default: [] as string[], group, describe, ...details }) as const,
  };
}
