/** The live screen of `tapline mtr`: a table that is redrawn, and keys. @module */
import { printable } from '../../base/text.ts';
import type { MonitorHop } from '../../icmp/index.ts';
import { formatMtrTable, unknownColumns } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import type { NameCache } from '../resolve-names.ts';
import { Control } from '../text-output.ts';
import type { MtrCommand } from './mtr-options.ts';

/** The part of a run that the screen uses. */
export interface MonitoredPath {
  hops(): readonly MonitorHop[];
  /** Restarts its statistics. */
  reset(): void;
}

export interface MtrScreenOptions {
  readonly title: string;
  readonly names: NameCache;
  readonly command: Pick<MtrCommand, 'resolvesNames' | 'showsExtensions' | 'columns' | 'originFile'>;
  /** Ends the run. */
  readonly stop: () => void;
}

const REDRAW_MILLISECONDS = 200;
const DEFAULT_WIDTH = 80;
const KEYS = 'q quit  p pause  r reset  d/j columns  o order  n names  z AS numbers  e extensions  h history';
const JITTER_COLUMNS = 'SNJMXI';
/** Column sets of the key `d`: the default of mtr, jitter, and kinds of loss. */
const COLUMN_SETS: readonly string[] = ['LSNABWV', JITTER_COLUMNS, 'LFDRS'];
const ENTER_KEYS: readonly string[] = ['\r', '\n'];
const ERASE_KEYS: readonly string[] = ['\x7f', '\b'];
const ESCAPE_KEY = '\x1b';
const INTERRUPT_KEY = '\x03';
const MAX_ORDER_LENGTH = 32;

export class MtrScreen implements Disposable {
  readonly #context: CommandContext;
  readonly #path: MonitoredPath;
  readonly #options: MtrScreenOptions;
  readonly #timer: NodeJS.Timeout;
  #columnSets: readonly string[];
  #columns = 0;
  /** Letters typed so far for a new column order; undefined if none is being typed. */
  #typedOrder: string | undefined;
  #showNames: boolean;
  #showExtensions: boolean;
  #showOrigins: boolean;
  #showHistory = true;
  #isPaused = false;
  /** An error, shown below the keys. */
  note = '';
  #isOpen = true;

  constructor(context: CommandContext, path: MonitoredPath, options: MtrScreenOptions) {
    this.#context = context;
    this.#path = path;
    this.#options = options;
    const { resolvesNames, showsExtensions, originFile, columns } = options.command;
    this.#showNames = resolvesNames;
    this.#showExtensions = showsExtensions;
    this.#showOrigins = originFile !== undefined;
    this.#columnSets = columns === undefined ? COLUMN_SETS : [columns, ...COLUMN_SETS];
    context.stdout.write([Control.enterScreen]);
    this.#timer = setInterval(() => this.#draw(), REDRAW_MILLISECONDS);
    this.#listen(true);
  }

  #listen(isOn: boolean): void {
    const { stdin } = process;
    if (!stdin.isTTY) return;
    stdin.setRawMode(isOn);
    if (isOn) stdin.on('data', this.#onKey).resume();
    else stdin.off('data', this.#onKey).pause();
  }

  readonly #onKey = (data: Buffer): void => {
    const keys = data.toString();
    if (keys.length > 1 && keys.startsWith(ESCAPE_KEY)) return; // an arrow key or the like
    for (const key of keys) {
      if (key === INTERRUPT_KEY)
        this.#options.stop(); // in raw mode, Ctrl-C is a key
      else if (this.#typedOrder === undefined) this.#onCommand(key);
      else this.#onOrderKey(key);
    }
    this.#draw(true);
  };

  #onCommand(key: string): void {
    if (key === 'q') this.#options.stop();
    else if (key === 'p' || key === ' ') this.#isPaused = !this.#isPaused;
    else if (key === 'r') this.#path.reset();
    else if (key === 'd') this.#columns = (this.#columns + 1) % this.#columnSets.length;
    else if (key === 'j') this.#columns = Math.max(0, this.#columnSets.indexOf(JITTER_COLUMNS));
    else if (key === 'o') this.#typedOrder = '';
    else if (key === 'n') this.#showNames = !this.#showNames;
    else if (key === 'z') this.#showOrigins = !this.#showOrigins && this.#options.command.originFile !== undefined;
    else if (key === 'e') this.#showExtensions = !this.#showExtensions;
    else if (key === 'h') this.#showHistory = !this.#showHistory;
  }

  /** Edits the column order; Enter applies it, Escape cancels. */
  #onOrderKey(key: string): void {
    const typed = this.#typedOrder ?? '';
    if (ENTER_KEYS.includes(key)) {
      if (typed.trim() !== '') {
        this.#columnSets = [typed, ...COLUMN_SETS];
        this.#columns = 0;
      }
      this.#typedOrder = undefined;
    } else if (key === ESCAPE_KEY) this.#typedOrder = undefined;
    else if (ERASE_KEYS.includes(key)) this.#typedOrder = typed.slice(0, -1);
    else if (unknownColumns(key.toUpperCase()) === '' && typed.length < MAX_ORDER_LENGTH) {
      this.#typedOrder = typed + key.toUpperCase();
    }
  }

  #draw(isForced = false): void {
    if (this.#isPaused && !isForced) return;
    const width = this.#context.stdout.columns || DEFAULT_WIDTH; // 0: the terminal does not report its width
    const sparkWidth = this.#showHistory ? Math.min(62, Math.max(0, width - 90)) : 0;
    const table = formatMtrTable(this.#path.hops(), {
      width: width - sparkWidth,
      showHistory: sparkWidth > 0,
      showExtensions: this.#showExtensions,
      showOrigins: this.#showOrigins,
      columns: this.#columnSets[this.#columns] ?? 'LSNABWV',
      ...(this.#showNames ? { nameOf: this.#options.names.nameOf } : {}),
    });
    const state = this.#isPaused ? ' (paused)' : '';
    const help =
      this.#typedOrder === undefined ? KEYS : `column order (Enter applies, Escape cancels): ${this.#typedOrder}_`;
    const title = `tapline mtr ${printable(this.#options.title)}${state}`;
    const lines = [title, help, this.note, ...table.trimEnd().split('\n')].flatMap((line, index) => [
      index === 0 ? Control.home : Control.nextLine,
      [...line].slice(0, width).join(''),
      Control.eraseToLineEnd,
    ]);
    this.#context.stdout.write([...lines, Control.eraseToScreenEnd]);
  }

  /** Restores the terminal. Idempotent. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.#listen(false);
    this.#context.stdout.write([Control.leaveScreen]);
  }
}
