import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withBuildLock } from './build-lock.ts';
import { generateValidators } from './generate-validators.ts';
import { projectRoot } from './project-root.ts';
import { writeIfChanged } from './write-if-changed.ts';

async function build(root: string): Promise<string> {
  generateValidators(root);
  // esbuild and the rest only after the validators, which the bundle's sources import.
  const { bundle } = await import('./bundle.ts');
  const { thirdPartyLicences } = await import('./licences.ts');
  const { writeCodeCache } = await import('./code-cache.ts');
  const built = await bundle(root);
  writeIfChanged(join(root, 'THIRD-PARTY-LICENSES'), thirdPartyLicences(root, built.metafile));
  const cached = writeCodeCache(built);
  const size = built.files.reduce((sum, { bytes }) => sum + bytes, 0);
  return `built bin/cpueval.cjs, bin/dry-run.cjs and bin/commands.cjs (${Math.round(size / 1024)} KB) and their code caches (${Math.round(cached / 1024)} KB)`;
}

/**
 * Builds everything that is not committed: validators, bundle, code caches, licence texts.
 * @param root the repository
 * @returns one line about what was built
 */
export function buildAll(root: string): Promise<string> {
  return withBuildLock(join(root, 'bin/.building.tmp'), () => build(root));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--schemas')) generateValidators(projectRoot);
  else process.stdout.write(`${await buildAll(projectRoot)}\n`);
}
