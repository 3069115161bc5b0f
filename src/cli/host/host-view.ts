/** Views of `tapline netstat` and operations of `tapline diagnostic network`: entries of a menu. @module */
import { nearestWord } from '../../base/nearest-word.ts';
import type { CommandContext } from '../context.ts';

/** An entry of a menu. */
export interface HostView<Words> {
  /** As on the command line; case does not matter. */
  readonly name: string;
  /** Text of the menu; undefined for entries that the menu does not list. */
  readonly title?: string;
  /** Parses the words and does the work; loads its code itself. @throws StackError `USAGE` for invalid words */
  run(words: Words, context: CommandContext): Promise<void>;
}

/** Finds the entry of this name; undefined if there is none. */
export function findView<View extends { readonly name: string }>(
  views: readonly View[],
  name: string,
): View | undefined {
  return views.find((view) => view.name === name.toLowerCase());
}

/** Returns the advice after an unknown name: the nearest name, or all of them. */
export function knownViews(views: readonly { readonly name: string }[], name: string): string {
  const names = views.map((view) => view.name);
  const nearest = nearestWord(name, names);
  return nearest === undefined ? `known: ${names.join(', ')}` : `did you mean ${nearest}?`;
}
