/** Operations on files that the thread pool may lack the rights for. @module */
import { nodeCodeOf } from './errors.ts';

/**
 * Runs an operation in the thread pool, and repeats it on the calling thread if the pool is refused: threads of the pool
 * that started before a process gave up root have no rights of root, although the calling thread has.
 * @throws the error of `onPool`, or of `here`
 */
export async function poolOrHere<Result>(onPool: () => Promise<Result>, here: () => Result): Promise<Result> {
  try {
    return await onPool();
  } catch (error) {
    const code = nodeCodeOf(error);
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    return here();
  }
}
