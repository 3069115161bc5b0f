/** Runs `tapline etherconfig` in a lab host with a state directory of its own, and finds and kills its processes. @module */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pendingStatus } from '../../src/configure/pending.ts';
import type { Outcome } from '../../src/configure/rollback.ts';
import { lastOutcome } from '../../src/configure/wait.ts';
import { createLab, type Lab, type LabHost } from '../../src/lab/index.ts';
import { eventually } from './eventually.ts';
import { LabProcess } from './lab-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Finished {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

export class EtherconfigLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly stateDirectory = mkdtempSync(join(tmpdir(), 'tapline-etherconfig-'));

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  /** Two hosts: `left`, which is changed, and `right`, its gateway. */
  static async create(): Promise<EtherconfigLab> {
    return new EtherconfigLab(
      await createLab({
        hosts: [{ name: 'left', routes: [{ to: 'default', via: '10.1.1.2' }] }, { name: 'right' }],
        wires: [
          {
            ends: [
              { host: 'left', interface: 'eth0', addresses: ['10.1.1.1/24', 'fd00:1::1/64'] },
              { host: 'right', interface: 'eth0', addresses: ['10.1.1.2/24', 'fd00:1::2/64'] },
            ],
          },
        ],
      }),
    );
  }

  get left(): LabHost {
    return this.lab.host('left');
  }

  /** Runs a program of iproute2 in `left`. @throws Error with its message */
  ip(command: string): void {
    const [program = '', ...words] = command.split(' ');
    const { status, stderr } = this.left.run(() => spawnSync(program, words, { encoding: 'utf8' }));
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  }

  /** Starts `tapline etherconfig WORDS`. @param peer the remote end of its SSH session */
  start(words: string, peer?: string): LabProcess {
    const session = peer === undefined ? [] : [`SSH_CONNECTION=${peer} 1234 10.1.1.1 22`];
    const environment = ['-u', 'SSH_CONNECTION', ...session, `TAPLINE_STATE_DIR=${this.stateDirectory}`];
    const command = [process.execPath, MAIN, 'etherconfig', ...words.split(' ')];
    return new LabProcess(this.left, 'env', [...environment, ...command]);
  }

  /** Runs `tapline etherconfig WORDS` to its end. */
  async run(words: string, peer?: string): Promise<Finished> {
    await using child = this.start(words, peer);
    const status = await child.exit();
    return { status, output: child.standardOutput.toString(), errors: child.standardError };
  }

  get isPending(): boolean {
    return pendingStatus(this.stateDirectory) !== undefined;
  }

  get isGuarded(): boolean {
    return pendingStatus(this.stateDirectory)?.isGuarded === true;
  }

  get outcome(): Outcome | undefined {
    return lastOutcome(this.stateDirectory);
  }

  /** Resolves when no change is pending. */
  async ended(): Promise<Outcome | undefined> {
    await eventually(() => {
      if (this.isPending) throw new Error('still pending');
    });
    return this.outcome;
  }

  /** Kills the guard processes of this state directory, and no others. */
  killGuards(): number {
    const mine = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && this.#isGuard(pid));
    for (const pid of mine) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // it has just ended
      }
    }
    return mine.length;
  }

  #isGuard(pid: string): boolean {
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('guard-program.js') &&
        readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`TAPLINE_STATE_DIR=${this.stateDirectory}`)
      );
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.killGuards();
    await this.lab.close();
    rmSync(this.stateDirectory, { recursive: true, force: true });
  }
}
