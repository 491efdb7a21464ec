import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** Put in by the build; in development there is only package.json. */
declare const CPUEVAL_VERSION: string;

/** @returns the version of this package. */
export function version(): string {
  if (typeof CPUEVAL_VERSION === 'string') return CPUEVAL_VERSION;
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}
