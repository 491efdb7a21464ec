import { join } from 'node:path';

/** Set by the build: the bundle stands in `bin/`, this source file one folder deeper. */
declare const CPUEVAL_VERSION: string;

/** @returns the folder of the package: where `cpu-profiles/` is. */
export function packageRoot(): string {
  return join(import.meta.dirname, typeof CPUEVAL_VERSION === 'string' ? '..' : '../..');
}
