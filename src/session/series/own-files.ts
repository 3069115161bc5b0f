/** The closed files of a series: the only ones that a ring may delete. @module */
import { fstatSync, lstatSync, unlinkSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, nodeCodeOf } from '../../base/errors.ts';
import { poolOrHere } from '../../base/pool-or-here.ts';

/** Identifies a file as created; its name may refer to another one later. */
export interface OwnFile {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

/** Identifies the file of a descriptor. */
export function identify(path: string, descriptor: number): OwnFile {
  const { dev, ino } = fstatSync(descriptor);
  return { path: resolve(path), device: dev, inode: ino };
}

interface StoredFile extends OwnFile {
  readonly length: number;
}

/** In the order in which they were closed. */
export class OwnFiles {
  readonly #files: StoredFile[] = [];
  readonly #warn: (message: string) => void;
  #length = 0;
  #everAdded = 0;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  get count(): number {
    return this.#files.length;
  }

  /** Bytes of all files. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of all files ever added. */
  get everAdded(): number {
    return this.#everAdded;
  }

  add(file: OwnFile, length: number): void {
    this.#everAdded += length;
    this.#files.push({ ...file, length });
    this.#length += length;
  }

  /** Removes a file that a later one has overwritten. */
  forget({ device, inode }: OwnFile): void {
    const at = this.#files.findIndex((file) => file.device === device && file.inode === inode);
    if (at < 0) return;
    const [gone] = this.#files.splice(at, 1);
    this.#length -= gone?.length ?? 0;
  }

  /** Deletes the oldest file. */
  async deleteOldest(): Promise<void> {
    const file = this.#files.shift();
    if (file === undefined) return;
    this.#length -= file.length;
    await this.#delete(file);
  }

  /** Deletes a file that is not in the list, if it is empty. */
  async deleteEmpty(file: OwnFile): Promise<void> {
    await this.#delete(file, true);
  }

  /** Keeps what exists under the name if it is another file or a link. */
  async #delete(file: OwnFile, onlyEmpty = false): Promise<void> {
    try {
      const { dev, ino, size } = await poolOrHere(
        () => lstat(file.path),
        () => lstatSync(file.path),
      );
      if (dev !== file.device || ino !== file.inode)
        this.#warn(`${file.path} was replaced by another file; not deleting it`);
      else if (!onlyEmpty || size === 0)
        await poolOrHere(
          () => unlink(file.path),
          () => unlinkSync(file.path),
        );
    } catch (error) {
      if (nodeCodeOf(error) !== 'ENOENT') this.#warn(`cannot delete ${file.path}: ${messageOf(error)}`);
    }
  }
}
