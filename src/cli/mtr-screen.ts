/** The live screen of `tapline mtr`: a table that redraws itself, and keys. @module */
import type { MonitorRun } from '../icmp/index.ts';
import { formatMtrTable } from '../report/index.ts';
import type { CommandContext } from './context.ts';
import type { NameCache } from './resolve-names.ts';

export interface MtrScreenOptions {
  readonly title: string;
  readonly names: NameCache;
  readonly words: { readonly n: boolean; readonly e: boolean; readonly o: string | undefined };
  /** Ends the run. */
  readonly stop: () => void;
}

const REDRAW_MILLISECONDS = 200;
const DEFAULT_WIDTH = 80;
/** DEC private modes: the alternate screen, and the cursor. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_TO_END_OF_LINE = '\x1b[K';
const CLEAR_TO_END_OF_SCREEN = '\x1b[J';
const KEYS = 'q end  p pause  r reset  d columns  n names  h history';
/** What the key `d` goes through: mtr's own, its jitter page, and losses explained. */
const COLUMN_SETS: readonly string[] = ['LSNABWV', 'SNJMXI', 'LFDRS'];

export class MtrScreen implements Disposable {
  readonly #context: CommandContext;
  readonly #run: MonitorRun;
  readonly #options: MtrScreenOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #columnSets: readonly string[];
  #columns = 0;
  #showNames: boolean;
  #showHistory = true;
  #isPaused = false;
  #isOpen = true;

  constructor(context: CommandContext, run: MonitorRun, options: MtrScreenOptions) {
    this.#context = context;
    this.#run = run;
    this.#options = options;
    this.#showNames = !options.words.n;
    this.#columnSets = options.words.o === undefined ? COLUMN_SETS : [options.words.o, ...COLUMN_SETS];
    context.stdout.write(ENTER);
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
    const key = data.toString();
    if (key === 'q' || key === '\x03')
      this.#options.stop(); // raw mode hands Ctrl-C over as a key
    else if (key === 'p' || key === ' ') this.#isPaused = !this.#isPaused;
    else if (key === 'r') this.#run.reset();
    else if (key === 'd') this.#columns = (this.#columns + 1) % this.#columnSets.length;
    else if (key === 'n') this.#showNames = !this.#showNames;
    else if (key === 'h') this.#showHistory = !this.#showHistory;
    this.#draw(true);
  };

  #draw(isForced = false): void {
    if (this.#isPaused && !isForced) return;
    const width = this.#context.stdout.columns || DEFAULT_WIDTH; // 0: a terminal that does not know
    const sparkWidth = this.#showHistory ? Math.min(62, Math.max(0, width - 90)) : 0;
    const table = formatMtrTable(this.#run.hops(), {
      width: width - sparkWidth,
      showHistory: sparkWidth > 0,
      showExtensions: this.#options.words.e,
      columns: this.#columnSets[this.#columns] ?? 'LSNABWV',
      ...(this.#showNames ? { nameOf: this.#options.names.nameOf } : {}),
    });
    const state = this.#isPaused ? ' (screen paused)' : '';
    const lines = [`tapline mtr ${this.#options.title}${state}`, KEYS, '', ...table.trimEnd().split('\n')];
    const text = lines.map((line) => `${[...line].slice(0, width).join('')}${CLEAR_TO_END_OF_LINE}`).join('\r\n');
    this.#context.stdout.write(`${HOME}${text}${CLEAR_TO_END_OF_SCREEN}`);
  }

  /** Gives the terminal back as it was. Idempotent. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.#listen(false);
    this.#context.stdout.write(LEAVE);
  }
}
