/** A configuration file that makes a change last beyond the next boot. @module */

export interface PersistentFile {
  readonly path: string;
  readonly text: string;
  /** Its present text, also one of ours; undefined if there is no such file. */
  readonly before: string | undefined;
  /** Permissions. */
  readonly mode: number;
}

/** A file to write, before it is compared with the present one. */
export interface WantedFile {
  readonly path: string;
  readonly text: string;
  /** 0644 by default. */
  readonly mode?: number;
}

/** The first line of every file that tapline writes. Files without it are never changed. */
export const MARK = '# Written by tapline etherconfig. Delete this file to undo the setting.';
