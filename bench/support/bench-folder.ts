/** Temporary folder of a bench. @module */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a temporary folder, and deletes it when disposed. */
export class BenchFolder implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), 'tapline-bench-'));

  file(name: string): string {
    return join(this.#path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}
