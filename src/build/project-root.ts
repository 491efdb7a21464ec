import { join } from 'node:path';

/** The repository that this build script belongs to. */
export const projectRoot = join(import.meta.dirname, '../..');
